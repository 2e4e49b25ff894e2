/* internal.h - between table.c and print.c. */
#ifndef TABLE_INTERNAL_H
#define TABLE_INTERNAL_H

#include "table/table.h"

/* Rows first to last, all with a star. */
struct table_stretch {
    int64_t first;
    int64_t last;
    uint32_t next; /* of the same column; UINT32_MAX: none */
};

struct table_column {
    char *name;
    int64_t tid;
    int64_t duration_ns;
    int64_t open_row;       /* the row of the last span's end, which the next one may share */
    int64_t open_ns;        /* worked in it so far */
    bool open_star;         /* it has its star already */
    uint32_t first_stretch; /* UINT32_MAX: none */
    uint32_t last_stretch;
};

struct table {
    struct table_options options;
    struct table_column *columns;
    size_t column_count;
    size_t column_capacity;
    struct table_stretch *stretches;
    size_t stretch_count;
    size_t stretch_capacity;
    int64_t row_count;
};

#endif
