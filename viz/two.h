/* two.h - two traces, read, compared, and arranged for drawing side by side. */
#ifndef VIZ_TWO_H
#define VIZ_TWO_H

#include "pair.h"

#include "trace/reader.h"

/* All zero: nothing is open. */
struct viz_two {
    struct cmp_result *result;
    struct trace_model *traces[CMP_SIDES];
    struct viz_model *models[CMP_SIDES];
    struct viz_pair *pair;
};

/* Opens the old run and the new one; "-" is standard input. As cmp_compare(), with its messages;
 * what was wrong with reading them is cmp_warning(). Where it fails nothing is open. */
int viz_two_open(struct viz_two *two, const char *const paths[CMP_SIDES],
                 const struct cmp_settings *settings, char message[CMP_MESSAGE_SIZE]);
void viz_two_close(struct viz_two *two);

#endif
