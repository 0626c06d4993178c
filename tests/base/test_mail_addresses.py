import pytest
from django.core.exceptions import ValidationError

from base.mail_addresses import link_address, wire_address, wire_header


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("info@straße.example", "info@xn--strae-oqa.example"),
        ("info@STRASSE.example", "info@STRASSE.example"),
        ("info@faß.example", "info@xn--fa-hia.example"),
        ("ana@exämple.org", "ana@xn--exmple-cua.org"),
        ("ana@EXÄMPLE.org", "ana@xn--exmple-cua.org"),
        ("ana@xn--exmple-cua.org", "ana@xn--exmple-cua.org"),
        ("ana@βόλος.example", "ana@xn--nxasmm1c.example"),
        ("ana@例え。jp", "ana@xn--r8jz45g.jp"),
        ("ana@ｅｘａｍｐｌｅ.org", "ana@example.org"),
        ('"ana@home"@exämple.org', '"ana@home"@xn--exmple-cua.org'),
        ("åsa@x.example", "åsa@x.example"),
        ("ana@my_host.example", "ana@my_host.example"),
        ("ana@[192.0.2.1]", "ana@[192.0.2.1]"),
        ("ana@x", "ana@x"),
    ],
)
def test_a_domain_goes_as_the_network_knows_it(typed, sent):
    assert wire_address(typed) == sent


@pytest.mark.parametrize(
    "typed",
    [
        "ana@i❤.example", "ana@-ä.example", "ana@ä..example", "ana@" + "ä" * 70 + ".example", "ana@xn--a.example",
        "ana@ä_b.example", "ana@\u0301ä.example", "ana@אb1.example",
    ],
)  # fmt: skip
def test_what_idna_refuses_is_said_in_one_sentence(typed):
    with pytest.raises(ValidationError) as refused:
        wire_address(typed)
    (said,) = refused.value.messages
    assert said == f"“{typed.partition('@')[2]}” cannot be the domain of a mail address. Check how it is spelled."
    assert link_address(typed) == typed


@pytest.mark.parametrize(
    "bad", ["", "ana", "ana@", "@x", "ana@x@", "a b@x", "a@x\r\nDATA", "a@x>", "a\u2028@x", "a\x00@x", "a@\ud800"]
)
def test_what_is_no_address(bad):
    with pytest.raises(ValidationError):
        wire_address(bad)


def test_a_header_names_people_and_their_wire_addresses():
    assert wire_header("Ana <ana@x.example>") == "Ana <ana@x.example>"
    assert wire_header("Jörg <info@straße.example>, b@faß.example, c@-ä.example") == (
        "Jörg <info@xn--strae-oqa.example>, b@xn--fa-hia.example"
    )
    assert wire_header('"Souza, \\"A\\"" <åsa@faß.example>') == '"Souza, \\"A\\"" <åsa@xn--fa-hia.example>'
