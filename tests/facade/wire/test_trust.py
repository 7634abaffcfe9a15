"""Whom the facade trusts by TLS: read when first needed, and again when the files change."""

from __future__ import annotations

import asyncio
import errno
import os
import ssl
from pathlib import Path

import pytest
import trustme
from structlog.testing import capture_logs

from facade.wire.trust import Trust


class Pems:
    """Good files of one authority in a folder."""

    def __init__(self, folder: Path) -> None:
        self.ca, self.certificate, self.key = (folder / name for name in ("ca.pem", "facade.pem", "facade.key"))
        self.renew()

    def renew(self) -> None:
        """Another authority, and another certificate by it."""
        authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
        shown = authority.issue_cert("facade", key_type=trustme.KeyType.ECDSA)
        authority.cert_pem.write_to_path(self.ca)
        shown.cert_chain_pems[0].write_to_path(self.certificate)
        shown.private_key_pem.write_to_path(self.key)

    def trust(self) -> Trust:
        return Trust(self.ca, self.certificate, self.key)


@pytest.fixture
def pems(tmp_path: Path) -> Pems:
    return Pems(tmp_path)


@pytest.mark.parametrize("files", [True, False])
async def test_verification_is_on(pems: Pems, files: bool) -> None:
    context = await (pems.trust() if files else Trust()).context()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


async def test_only_the_authority_that_is_named_is_trusted(pems: Pems) -> None:
    context = await Trust(pems.ca).context()
    assert len(context.get_ca_certs()) == 1


async def test_the_context_is_made_once_while_the_files_stay(pems: Pems) -> None:
    trust = pems.trust()
    contexts = await asyncio.gather(*(trust.context() for _ in range(5)))
    assert len(set(contexts)) == 1


async def test_files_that_change_are_read_again(pems: Pems) -> None:
    trust = pems.trust()
    before = await trust.context()
    pems.renew()
    after = await trust.context()
    assert after is not before
    assert after.get_ca_certs() != before.get_ca_certs()
    assert await trust.context() is after


async def test_a_file_that_is_replaced_by_one_as_long_and_as_old_is_read_again(pems: Pems, tmp_path: Path) -> None:
    trust = Trust(pems.ca)
    before, seen = await trust.context(), pems.ca.stat()
    other = tmp_path / "other.pem"
    other.write_bytes(pems.ca.read_bytes())
    os.utime(other, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    other.replace(pems.ca)
    assert await trust.context() is not before


async def test_files_that_cannot_be_read_any_more_leave_what_was_read(pems: Pems) -> None:
    trust = pems.trust()
    before = await trust.context()
    with capture_logs() as events:
        pems.key.write_text("half a ke")
        assert [await trust.context() for _ in range(3)] == [before] * 3
        pems.key.unlink()
        assert await trust.context() is before
    assert str(events).count("certificates kept") == 2  # once for each change
    pems.renew()
    assert await trust.context() is not before


async def test_files_that_no_descriptor_is_left_for_are_read_at_the_next_connection(
    pems: Pems, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Trust) -> ssl.SSLContext:
        raise OSError(errno.EMFILE, "Too many open files")

    trust = pems.trust()
    before = await trust.context()
    pems.renew()
    with monkeypatch.context() as patch:
        patch.setattr(Trust, "_make", refuse)
        assert await trust.context() is before
    assert await trust.context() is not before


async def test_without_ever_a_good_file_there_is_no_context(pems: Pems) -> None:
    pems.ca.unlink()
    trust = pems.trust()
    with pytest.raises(OSError):
        await trust.context()
    pems.renew()
    assert (await trust.context()).get_ca_certs()


async def test_a_trust_shows_its_files(pems: Pems) -> None:
    assert repr(Trust()) == "<Trust ca=system certificate=None>"
    assert repr(Trust(pems.ca)) == f"<Trust ca={pems.ca} certificate=None>"
