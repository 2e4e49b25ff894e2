/* From the names of two traces to a pair. */
#include "two.h"

#include "cadran.h"

#include <stdio.h>

static int read_side(struct viz_two *two, int side, char message[CMP_MESSAGE_SIZE]) {
    int error = cmp_read_model(two->result, side, &two->traces[side], message);
    if (error != 0)
        return error;
    return viz_model_new(two->traces[side], trace_path_name(cmp_name(two->result, side)),
                         &two->models[side]);
}

int viz_two_open(struct viz_two *two, const char *const paths[CMP_SIDES],
                 const struct cmp_settings *settings, char message[CMP_MESSAGE_SIZE]) {
    const struct cmp_source sources[CMP_SIDES] = {{.path = paths[CMP_A]}, {.path = paths[CMP_B]}};
    struct cmp_settings wanted = *settings;
    wanted.read_equal = true; /* which task is which is asked of equal ones, too */
    *two = (struct viz_two){.result = NULL};
    snprintf(message, CMP_MESSAGE_SIZE, CMP_NO_MEMORY);
    int error = cmp_compare(sources, &wanted, &two->result, message);
    for (int side = 0; side < CMP_SIDES && error == 0; side++)
        error = read_side(two, side, message);
    if (error == 0)
        error = viz_pair_new(two->result, two->models[CMP_A], two->models[CMP_B], &two->pair);
    if (error != 0)
        viz_two_close(two);
    return error;
}

void viz_two_close(struct viz_two *two) {
    viz_pair_free(two->pair);
    for (int side = 0; side < CMP_SIDES; side++) {
        viz_model_free(two->models[side]);
        trace_model_free(two->traces[side]);
    }
    cmp_free(two->result);
    *two = (struct viz_two){.result = NULL};
}
