"""Switches for unknown behavior of the server; durations are in seconds."""

from dataclasses import dataclass


@dataclass(slots=True)
class ServerRules:
    """The server's rules; README.md lists the source of every default."""

    ask_window_seconds: float = 1200.0
    ask_window_counts_reports: bool = False
    precondition_window_seconds: float = 300.0
    forget_preconditioning_seconds: float = 72 * 3600.0
    timer_repeats: bool = False
    strict_content_type: bool = False
    mirror_draft: bool = False
    require_all_days: bool = False
    require_history_range: bool = False
    single_active_car: bool = False
    enforce_scopes: bool = True
