"""Which fields does the XML of a callback hold?"""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring


class Unreadable(ValueError):  # noqa: N818 (a fact about a body)
    """The body is no XML of a callback."""


def fields_of(xml: str | bytes) -> Mapping[str, str]:
    """The texts of the top level's elements by name.

    Raises ``Unreadable``, also for a document type and entities: a callback has none, and a bomb is made of them.
    """
    try:
        root = fromstring(xml, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Unreadable from error
    return {child.tag: child.text or "" for child in root}
