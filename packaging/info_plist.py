"""What macOS reads about the app, as plain data; PyInstaller adds the names of the executable and of the icon file."""

from typing import Any, Final

BUNDLE_IDENTIFIER: Final = "org.hgtstudio.app"
_PARQUET: Final = "org.apache.parquet"  # macOS has no type of its own for it


def info_plist(version: str) -> dict[str, Any]:
    """All keys but those that PyInstaller sets itself."""
    return {
        "CFBundleName": "HGT Studio",
        "CFBundleDisplayName": "HGT Studio",
        "CFBundleIdentifier": BUNDLE_IDENTIFIER,
        "CFBundleShortVersionString": version,
        "CFBundleVersion": version,
        "CFBundleDocumentTypes": [
            _document_type("Comma-separated edges", "public.comma-separated-values-text"),
            _document_type("Tab-separated edges", "public.tab-separated-values-text"),
            _document_type("Parquet table of edges", _PARQUET),
            _document_type("Compressed table of edges", "org.gnu.gnu-zip-archive"),  # kg.csv.gz
        ],
        "UTImportedTypeDeclarations": [
            {
                "UTTypeIdentifier": _PARQUET,
                "UTTypeDescription": "Apache Parquet table",
                "UTTypeConformsTo": ["public.data"],
                "UTTypeTagSpecification": {"public.filename-extension": ["parquet"]},
            }
        ],
        "LSMinimumSystemVersion": "14.0",
        "NSHighResolutionCapable": True,
        "NSPrincipalClass": "NSApplication",
        "NSSupportsAutomaticGraphicsSwitching": True,
    }


def _document_type(name: str, content_type: str) -> dict[str, Any]:
    """Files that can be dropped on the Dock icon; another program stays the one that a double click opens."""
    return {
        "CFBundleTypeName": name,
        "CFBundleTypeRole": "Viewer",
        "LSHandlerRank": "Alternate",
        "LSItemContentTypes": [content_type],
    }
