// A SOAP silo: licences in SOAP 1.1 and 1.2 (document style) and fines in SOAP 1.1 (rpc style), each by its own WSDL.
// Prints its port when it listens. Its XML is read and written by the npm package `soap`, not by anything of ours.
const fs = require("fs");
const http = require("http");
const path = require("path");
const soap = require("soap");

const refusal = (status) => ({
  Fault: { faultcode: "soap:Client", faultstring: "No such licence: L99999", detail: { LicenceNotFound: {} }, statusCode: status },
});
const refusal12 = {
  Fault: { Code: { Value: "soap:Sender", Subcode: { Value: "LicenceNotFound" } }, Reason: { Text: "No such licence" }, statusCode: 500 },
};

const licence = (number, refuse) => {
  if (number === "L99999") throw refuse;
  if (number === "L99998") throw refusal(200);
  return {
    Holder: "Zoë & Söhne <Ltd>",
    Fee: "1250.10",
    Points: "0.1",
    Expires: "2027-02-28",
    Revoked: { attributes: { "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance", "xsi:nil": "true" } },
    Active: true,
    Condition: number === "L00001" ? [{ attributes: { code: 7 }, $value: "No dogs" }] : [],
  };
};

const echo = (args, answer) => {
  const said = { Text: args.Text === null ? "" : args.Text, Amount: args.Amount };
  setTimeout(() => answer(said), 1000 * (args.Seconds || 0));
};

const licences = (refuse) => ({
  Licences: { LicencesPort: { GetLicence: (args) => licence(args.LicenceNumber, refuse), Echo: echo } },
});
const fines = { Fines: { FinesPort: { FindFine: (args) => ({ amount: `${args.year}.50`, person: args.person }) } } };

const server = http.createServer((_, response) => response.writeHead(404).end());
const wsdl = (name) => fs.readFileSync(path.join(__dirname, name), "utf8");
// Numbers stay the text they are: this library would make them binary floats.
const exact = { preserveWhitespace: true, useEmptyTag: true, customDeserializer: { decimal: (text) => text } };
const listen = (at, services, name, more) =>
  soap.listen(server, { path: at, services, xml: wsdl(name), ...exact, ...more });
server.listen(0, "127.0.0.1", () => {
  listen("/licences", licences(refusal(500)), "licences.wsdl", {});
  listen("/licences12", licences(refusal12), "licences12.wsdl", { forceSoap12Headers: true });
  listen("/fines", fines, "fines.wsdl", {});
  console.log(server.address().port);
});
