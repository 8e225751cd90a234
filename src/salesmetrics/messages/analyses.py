"""What tables by nature say: titles, columns and sentences of lost deals."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ANALYSES"]

ANALYSES: Mapping[str, str] = {
    # --- refusals ---------------------------------------------------------------------------------------------------------
    "needs_deals": "there is no deals file",
    "add_deals_file": "add a deals file",
    "no_lost_deals": "the files have no lost deals",
    "name_lost_stage": "if a stage means lost, name it: `--lost STAGE`",
    "no_lost_in_period": "no deal was lost in the period",
    "another_period": "choose another period with `--period`",
    "no_such_cell": "the table has no such cell",
    "cells_there": "cells: {cells:`,` 8 more}",
    # --- records behind a cell --------------------------------------------------------------------------------------------
    "title_of_losses": "lost deals",
    "how_lost_with": "{view}: {item:typed}",
    "how_lost_without": "without {view}",
    # --- lost deals -------------------------------------------------------------------------------------------------------
    "view_reason": "reason",
    "view_stage": "stage lost at",
    "view_competitor": "competitor",
    "view_owner": "owner",
    "view_product": "product",
    "view_age": "days to loss",
    "lost_covered": "{with_reason:,} of {lost:# lost deal has|# lost deals have} a reason ({share}); {without:,} without",
    "lost_covered_all": "{lost:# lost deal|# lost deals}, all with a reason",
    "lost_without_reasons": "{lost:# lost deal|# lost deals}; no column of the files has the reason",
    "column_lost": "lost",
    "column_share_lost": "share",
    "column_lost_value": "value",
    "column_lost_value_in": "value {currency:typed}",
    "column_share_value": "of value",
    "column_share_value_in": "of {currency:typed}",
    "column_previous_share": "previous",
    "loss_days": "{days} d",
    "losses_by_group": "reasons by {names:and}",
    "lost_several": "{n:# deal has|# deals have} several reasons (cells split at `{signs:or}`) and {n:counts|count} under each,"
    " so shares add up to more than 100 %",
    "lost_similar": "not merged, but perhaps the same reason: {groups:;}",
    "same_reasons": "{reasons:`and`}",
    "lost_undated": "{n:# lost deal has|# lost deals have} no close date and {n:is|are} in no period",
    "lost_unpriced": "{n:# lost deal has|# lost deals have} no amount: {n:it counts|they count}, without value",
    "losses_unknown": "not known from these files: {views:and}",
    "losses_unknown_stage": "not known from these files: {views:and}; a stage history (`stages=FILE`) shows the stage lost at",
    "lost_small": "{sign} fewer than {min_n} lost deals: treat shares as a hint",
    "lost_other_views": "for each {names:and}: reasons here, the other views with --format csv or json",
}
