/* hooks.h - memory for cJSON.
 */
#ifndef DOCUMENT_HOOKS_H
#define DOCUMENT_HOOKS_H

/* Makes cJSON allocate as everything in sim/ does. Before the first use of cJSON; later calls do
 * nothing. */
void doc_json_hooks(void);

#endif
