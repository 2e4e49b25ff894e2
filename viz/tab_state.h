/* tab_state.h - the panel's tab that has the state of the run where the playhead stands, row by
 * row; what the event there has changed is underlined. Each value is one that the trace can be
 * asked about: who set it last, and who will next (VIZ_ID_VALUE, into viz_travel.values).
 */
#ifndef VIZ_TAB_STATE_H
#define VIZ_TAB_STATE_H

#include "tabs.h"

void viz_tab_state(struct viz_panel *panel, const struct viz_subject *subject);

#endif
