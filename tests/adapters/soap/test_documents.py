"""A WSDL is files alone, and what is wrong with one is told by its own file and line."""

from __future__ import annotations

from pathlib import Path

import pytest
from soap_messages import COURTS, LAND

from adapters.soap import documents
from adapters.soap.documents import Documents, read_documents
from adapters.soap.wrong import WsdlError
from adapters.soap.wsdl import understand
from facade.testing import fake_files

XSD = "http://www.w3.org/2001/XMLSchema"


def written(folder: Path, imports: str, name: str = "silo.wsdl") -> Path:
    path = folder / name
    path.write_text(
        f'<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:xsd="{XSD}">\n{imports}\n</definitions>'
    )
    return path


def of(path: Path) -> Documents:
    return read_documents(fake_files(path.parent), path.name)


def wrong(path: Path) -> str:
    with pytest.raises(WsdlError) as error:
        understand(of(path))
    return str(error.value)


def test_imports_are_followed_from_where_they_stand():
    found = of(LAND)
    assert [Path(path).name for path, _ in found.texts] == ["land-registry.wsdl", "titles.xsd", "parts.xsd"]


def test_a_document_is_read_once_however_often_it_is_imported(tmp_path):
    path = written(tmp_path, '<import location="silo.wsdl"/><import location="./silo.wsdl"/>')
    assert len(of(path).texts) == 1


def test_the_same_bytes_are_understood_once():
    assert understand(of(COURTS)) is understand(of(COURTS))


@pytest.mark.parametrize(
    "address",
    [
        "http://silo.example/x.xsd?key=secret",
        "https://secret@silo.example/x",
        "ftp://x/y",
        "file:///etc/x",
        "//x/y",
        "HTTP://x",
    ],
)
def test_an_import_from_the_network_is_told_at_its_line(tmp_path, address):
    path = written(tmp_path, f'\n<types><xsd:schema>\n<xsd:import schemaLocation="{address}"/></xsd:schema></types>')
    words = wrong(path)
    assert words.startswith("silo.wsdl:4: this imports from ")
    assert words.endswith("and a WSDL is read from files alone; put a copy beside it and name that")
    assert "secret" not in words


def test_a_missing_import_is_told_at_its_line(tmp_path):
    words = wrong(written(tmp_path, '<import location="gone.xsd"/>'))
    assert words == "silo.wsdl:2: gone.xsd does not exist; create it, or mend what points to it"


def test_a_mistake_in_an_import_is_told_at_its_own_place(tmp_path):
    (tmp_path / "parts").mkdir()
    written(tmp_path / "parts", '<import location="http://x/"/>', "part.wsdl")
    assert wrong(written(tmp_path, '<import location="parts/part.wsdl"/>')).startswith(
        "parts/part.wsdl:2: this imports"
    )


def test_text_that_is_not_xml_is_told_at_its_line(tmp_path):
    assert wrong(written(tmp_path, "\n<types>")).startswith("silo.wsdl:4: this is not well-formed XML; ")


def test_a_document_type_is_refused(tmp_path):
    path = tmp_path / "silo.wsdl"
    path.write_text('<!DOCTYPE definitions [<!ENTITY x SYSTEM "file:///etc/hostname">]><definitions/>')
    assert "has a document type" in wrong(path)


def test_a_wsdl_of_the_second_version_is_told(tmp_path):
    path = tmp_path / "silo.wsdl"
    path.write_text('<description xmlns="http://www.w3.org/ns/wsdl"/>')
    assert wrong(path) == "silo.wsdl:1: this is WSDL 2.0; ask for the interface as WSDL 1.1"


def test_a_wsdl_that_makes_no_sense_is_told(tmp_path):
    binding = (
        '<s:binding xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/" transport="http://schemas.xmlsoap.org/soap/http"/>'
    )
    assert wrong(written(tmp_path, f'<binding name="B" type="nobody">{binding}</binding>')).startswith(
        "silo.wsdl: this WSDL cannot be understood ("
    )


def test_documents_end_somewhere(tmp_path, monkeypatch):
    monkeypatch.setattr(documents, "MAX_DOCUMENTS", 1)
    written(tmp_path, "", "other.wsdl")
    assert "imports more than 1 documents" in wrong(written(tmp_path, '<import location="other.wsdl"/>'))
    monkeypatch.setattr(documents, "MAX_DOCUMENT_BYTES", 10)
    assert "larger than 10 bytes" in wrong(written(tmp_path, ""))
