/* tabular.h - the job-sequencing table of a run, as `cadran table` prints it (table/table.h), for a
 * picture: time goes down, a row for each interval; a column is a job.
 */
#ifndef VIZ_TABULAR_H
#define VIZ_TABULAR_H

#include "model.h"
#include "table/table.h"

#include <stdbool.h>
#include <stdint.h>

/* All zero: not made. */
struct viz_tabular {
    struct table *table;
    int64_t step_ns; /* of a row */
    bool lives;      /* no job has a span: each counts as working all its life */
    uint32_t *lanes; /* by column: whose it is; TRACE_NO_INDEX */
    double row;      /* rows hidden above, and columns hidden at the left */
    double column;
    double visible_rows; /* as it was last placed */
    double visible_columns;
    struct viz_id followed; /* what was selected, and where the playhead was, when it was */
    uint64_t followed_event;
};

/* Makes the table of a model, with rows of that length; 0: of the one that `cadran table` takes.
 * Where it fails what was there stays: CAD_ENOMEM; CAD_EINVAL: there would be too many rows. */
int viz_tabular_make(struct viz_tabular *tabular, const struct viz_model *model, int64_t step_ns);
void viz_tabular_free(struct viz_tabular *tabular);

/* The next finer step, or the next coarser one: 1, 2, 5, 10, ... */
int64_t viz_tabular_other_step(int64_t step_ns, bool finer);

/* The column of a lane; TRACE_NO_INDEX: it has none. */
uint32_t viz_tabular_column(const struct viz_tabular *tabular, uint32_t lane);

/* Moves by rows and columns, as far as there are some. */
void viz_tabular_move(struct viz_tabular *tabular, double columns, double rows);
/* Moves as little as needed to see a row, and a column. */
void viz_tabular_reveal_row(struct viz_tabular *tabular, double row);
void viz_tabular_reveal_column(struct viz_tabular *tabular, double column);

#endif
