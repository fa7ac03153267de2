"""The settings at the left of the window, made from the configuration's own declarations."""

from hgt_studio.app.settings_panel.panel import SettingsPanel
from hgt_studio.app.settings_panel.section_form import SectionForm
from hgt_studio.app.settings_panel.sharing import as_command_line, as_python, open_settings, save_settings

__all__ = ["SectionForm", "SettingsPanel", "as_command_line", "as_python", "open_settings", "save_settings"]
