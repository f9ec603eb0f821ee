"""The fields of Avails workbooks: their groups, their order in each version, and what else they are called.

Movies of 1.7.2 and 1.8, and TV of 1.8, are in the order of the templates; 1.9 has the columns of 1.8. Movies of
1.7.3 have the fields that were seen in that version, in the order of 1.8. TV of 1.7.2 and 1.7.3 follow from TV of
1.8 as the movies of these versions follow from those of 1.8. Reading never depends on the order.
"""

from __future__ import annotations

import re
from typing import Literal

__all__ = [
    "FIELDS",
    "GROUPS",
    "KEY_FIELDS",
    "SYNONYMS",
    "VERSIONS",
    "Kind",
    "columns_of",
    "demand_of",
    "group_of",
    "normal",
    "sheet_name",
]

Kind = Literal["movies", "tv", "collections"]

VERSIONS = ("1.7.2", "1.7.3", "1.8", "1.9")
"""The versions that can be written; each is read too."""


def _words(text: str) -> list[str]:
    return text.split()


_MOVIES = _words("""
DisplayName Licensee AssetLanguage Territory TerritoryExclusion StoreType WorkType EntryType TitleInternalAlias
TitleDisplayUnlimited LocalizationType CompanyDisplayCredit GroupIdentity Director LicenseType
LicenseRightsDescription FormatProfile HDR WCG HFR NGAudio Start StartLag End EndLag WindowDuration PriceType
PriceValue PriceCurrency SRP Description Download OtherTerms OtherInstructions TitleID EditID AltID ContentID AvailID
UV_ID DMA_ID ReportingID Metadata ALID SuppressionLiftDate SpecialPreOrderFulfillDate AnnounceDate ReleaseYear
ReleaseHistoryOriginal ReleaseHistoryPhysicalHV ExceptionFlag RatingSystem RatingValue RatingReason RentalDuration
WatchDuration CaptionIncluded CaptionExemption Any ContractID TitleStatus Exclusive ExclusiveAttributes BrandingRights
BrandingRightsAttributes ServiceProvider TotalRunTime HoldbackLanguage AllowedLanguages RequiredFulfillmentLanguages
BundledALIDs RetailerID1 RetailerID2 RetailerID3 RetailerSpare1 RetailerSpare2 RetailerSpare3 PackageLabel
""")

_TV = _words("""
DisplayName Licensee AssetLanguage Territory TerritoryExclusion WorkType EntryType SeriesTitleInternalAlias
SeriesTitleDisplayUnlimited SeasonNumber VolumeTitleInternalAlias VolumeTitleDisplayUnlimited VolumeNumber
DistributionNumber EpisodeNumber LocalizationType EpisodeTitleInternalAlias EpisodeTitleDisplayUnlimited
SeasonTitleInternalAlias SeasonTitleDisplayUnlimited EpisodeCount SeasonCount SeriesID SeasonID VolumeID EpisodeTitleID
EpisodeID SeriesAltID SeasonAltID VolumeAltID EpisodeAltID ALID CompanyDisplayCredit GroupIdentity Director LicenseType
LicenseRightsDescription FormatProfile HDR WCG HFR NGAudio Start StartLag End EndLag WindowDuration
SpecialPreOrderFulfillDate PriceType PriceValue PriceCurrency SRP Description Download OtherTerms OtherInstructions
SeriesContentID SeasonContentID VolumeContentID EpisodeContentID AvailID UV_ID DMA_ID ReportingID Metadata
SuppressionLiftDate AnnounceDate ReleaseYear ReleaseHistoryOriginal ReleaseHistoryPhysicalHV ExceptionFlag RatingSystem
RatingValue RatingReason RentalDuration WatchDuration FixedEndDate CaptionIncluded CaptionExemption Any ContractID
TitleStatus Exclusive ExclusiveAttributes BrandingRights BrandingRightsAttributes ServiceProvider TotalRunTime
HoldbackLanguage AllowedLanguages RequiredFulfillmentLanguages BundledALIDs RetailerEpisodeID1 RetailerEpisodeID2
RetailerVolumeID RetailerSeasonID RetailerSeriesID RetailerSpare1 RetailerSpare2 RetailerSpare3 PackageLabel
""")

_SINCE_1_8 = {"StoreType", "PackageLabel", "RequiredFulfillmentLanguages"}
_VOLUMES = {name for name in _TV if "Volume" in name}
_SINCE_1_7_3 = {
    "Licensee",
    "TerritoryExclusion",
    "GroupIdentity",
    "Director",
    "StartLag",
    "EndLag",
    "WindowDuration",
    "Download",
    "TitleStatus",
    "Exclusive",
    "ExclusiveAttributes",
    "BrandingRights",
    "BrandingRightsAttributes",
}
_MEMBERS: dict[str, str] = {
    "Avail": "DisplayName Licensee StoreType AvailID UV_ID DMA_ID ReportingID ALID ExceptionFlag ServiceProvider "
    "BundledALIDs RetailerSpare1 RetailerSpare2 RetailerSpare3",
    "AvailAsset": "WorkType TitleID EditID AltID ContentID Metadata PackageLabel SeriesContentID SeasonContentID "
    "VolumeContentID EpisodeContentID",
    "AvailTrans": "AssetLanguage Territory TerritoryExclusion LicenseType LicenseRightsDescription FormatProfile HDR "
    "WCG HFR NGAudio Start StartLag End EndLag WindowDuration PriceType PriceValue PriceCurrency SRP Description "
    "Download OtherTerms OtherInstructions SuppressionLiftDate SpecialPreOrderFulfillDate AnnounceDate RentalDuration "
    "WatchDuration FixedEndDate ContractID TitleStatus Exclusive ExclusiveAttributes BrandingRights "
    "BrandingRightsAttributes HoldbackLanguage AllowedLanguages RequiredFulfillmentLanguages",
    "Disposition": "EntryType",
}
_GROUP_OF = {field: group for group, members in _MEMBERS.items() for field in members.split()}

GROUPS: tuple[str, ...] = (*_MEMBERS, "AvailMetadata", "AvailTerms", "Metadata")
"""What the first header row may hold."""

FIELDS: tuple[str, ...] = tuple(
    dict.fromkeys([*_MOVIES, *_TV, "VolumeDistributionNumber", "SeasonDistributionNumber", "EpisodeDistributionNumber"])
)
"""Every field that is known, by its proper name."""

KEY_FIELDS: frozenset[str] = frozenset({"Territory", "LicenseType", "ALID", "Start", "End", "WorkType", "EntryType"})
"""A sheet without two of these columns holds no avails."""

_ALSO: dict[str, str] = {
    "AssetLanguage": "StoreLanguage",
    "BundledALIDs": "BundleALIDs BundledALID BundleALID",
    "VolumeDistributionNumber": "VolumeDistributinoNumber",
    "DistributionNumber": "DistributinoNumber",
    "ContentID": "ContentIdentifier CollectionContentID BundleContentID",
    "TitleInternalAlias": "CollectionTitleInternalAlias BundleTitleInternalAlias",
    "TitleDisplayUnlimited": "CollectionTitleDisplayUnlimited BundleTitleDisplayUnlimited",
    "TitleID": "CollectionTitleID CollectionID",
    "LicenseType": "LicenceType",
    "LicenseRightsDescription": "LicenceRightsDescription",
    "Licensee": "LicenseeName",
    "DisplayName": "LicensorDisplayName Licensor",
    "Territory": "Territories Country",
    "TerritoryExclusion": "TerritoryExclusions TerritoryExcluded ExcludedTerritories",
    "Start": "StartDate",
    "End": "EndDate",
    "PriceCurrency": "Currency",
    "TotalRunTime": "RunTime RunLength",
    "Director": "Directors",
    "AllowedLanguages": "AllowedLanguage",
    "HoldbackLanguage": "HoldbackLanguages",
    "RequiredFulfillmentLanguages": "RequiredFulfillmentLanguage RequiredFulfilmentLanguages",
    "Exclusive": "Exclusivity",
    "SpecialPreOrderFulfillDate": "PreOrderFulfillDate",
}


def normal(name: str) -> str:
    """Return a header as it is compared: letters and digits only, lower case.

    Examples
    --------
    >>> normal(" Retailer_ID 1")
    'retailerid1'
    """
    return re.sub(r"[^0-9a-z]", "", name.casefold())


SYNONYMS: dict[str, str] = {
    **{normal(other): field for field, others in _ALSO.items() for other in others.split()},
    **{normal(field): field for field in FIELDS},
}
"""Every spelling that is known, as `normal` gives it, with the field's proper name."""

_ALWAYS = {"DisplayName", "Territory", "WorkType", "EntryType", "LicenseType", "FormatProfile", "Start", "End", "ALID"}
_UNLESS_SVOD = {"PriceType", "PriceValue"}
_OF_KIND: dict[Kind, set[str]] = {
    "movies": {"TitleInternalAlias", "ContentID"},
    "collections": {"ContentID"},
    "tv": {"SeriesTitleInternalAlias", "SeriesContentID"},
}


def demand_of(kind: Kind, field: str) -> Literal["required", "unless SVOD", "optional"]:
    """Return whether a field must be filled in every row of a sheet.

    Examples
    --------
    >>> demand_of("movies", "Territory"), demand_of("tv", "PriceValue"), demand_of("tv", "ContentID")
    ('required', 'unless SVOD', 'optional')
    """
    if field in _UNLESS_SVOD:
        return "unless SVOD"
    return "required" if field in _ALWAYS | _OF_KIND[kind] else "optional"


def group_of(field: str) -> str:
    """Return the group under which a field stands.

    Examples
    --------
    >>> group_of("Start"), group_of("ReleaseYear")
    ('AvailTrans', 'AvailMetadata')
    """
    return _GROUP_OF.get(field, "AvailMetadata")


def columns_of(version: str, kind: Kind) -> tuple[tuple[str, str], ...]:
    """Return group and header of every column of a version's template, in order.

    Examples
    --------
    >>> columns_of("1.8", "movies")[:2]
    (('Avail', 'DisplayName'), ('Avail', 'Licensee'))
    >>> len(columns_of("1.7.2", "movies")), len(columns_of("1.9", "tv"))
    (62, 101)
    """
    fields = _TV if kind == "tv" else _MOVIES
    without: set[str] = set()
    if version in {"1.7.2", "1.7.3"}:
        without |= _SINCE_1_8 | _VOLUMES
    if version == "1.7.2":
        without |= _SINCE_1_7_3
    kept = [field for field in fields if field not in without]
    if version == "1.7.3" and kind != "tv":
        kept.insert(kept.index("WatchDuration") + 1, "FixedEndDate")
    return tuple((_group(field, kind), _header(field, version, kind)) for field in kept)


def _group(field: str, kind: Kind) -> str:
    return "AvailTerms" if kind == "tv" and field == "ContractID" else group_of(field)


def _header(field: str, version: str, kind: Kind) -> str:
    # The templates themselves spell it in two ways.
    return "BundleALIDs" if field == "BundledALIDs" and kind != "tv" and version != "1.7.3" else field


def sheet_name(version: str, kind: Kind) -> str:
    """Return what a version calls the sheet.

    Examples
    --------
    >>> sheet_name("1.7.3", "movies"), sheet_name("1.9", "tv")
    ('Movies', 'Template-TV')
    """
    plain = {"movies": "Movies", "tv": "TV", "collections": "Collections"}[kind]
    return plain if version.startswith("1.7") else f"Template-{plain}"
