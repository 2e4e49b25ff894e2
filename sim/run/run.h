/* run.h - runs a program: the life of a machine.
 *
 *     run_process_start(BASE_UNLIMITED);
 *     run_machine *machine;
 *     int error = run_machine_new(program, &options, &machine);
 *     if (error == 0) {
 *         const run_result *result = run_machine_run(machine);
 *         ... result->outcome, result->end_ns ...
 *     }
 *     run_machine_free(machine);
 *
 * What belongs to the process is in process.h; a process can run thousands of machines, one after
 * the other, and as many at a time as it has threads, each with a program of its own.
 */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "program/program.h"
#include "run/result.h"
#include "run/settings.h"

struct trace_header;
struct trace_stream;

typedef struct run_machine run_machine;

/* Checks what depends on the variables (sizes, counts, times) and makes a machine that is ready
 * for its run. `program` and `options` must outlive it. Returns 0; CAD_EINVAL after faults, which
 * are in the program's document; CAD_ENOMEM; CAD_ESYSTEM when the real clock cannot be had.
 * *machine is NULL then. */
int run_machine_new(const prog_program *program, const run_machine_options *options,
                    run_machine **machine);

/* What the first line of a trace says of the run, as far as the machine knows it: the scenario, the
 * clock, the seed and the end. Its texts live as long as program and options. */
void run_machine_header(const run_machine *machine, struct trace_header *header);

/* Tells the run as events; before the run, which closes the stream. It must be there until the
 * machine is freed. When telling fails the run ends as RUN_BROKEN. */
void run_machine_trace(run_machine *machine, struct trace_stream *trace);

/* Runs it to its end; once. The loop is gone then. The result lives as long as the machine. */
const run_result *run_machine_run(run_machine *machine);

/* How far off times may be under the real clock, as the document expects. */
int64_t run_machine_tolerance(const run_machine *machine);

/* After the run: says on `report`, which may be NULL, each expectation of the document that was not
 * met; returns how many these are. What is expected of the sequencing table is left to who has the
 * table. */
size_t run_check_expectations(const run_machine *machine, FILE *report);

/* Whether a run of the program is what one wants of it: no expectation is unmet, the table's
 * included; and where the document says nothing of the outcome, it is complete, stopped by `until`,
 * or interrupted. */
bool run_went_as_expected(const prog_program *program, const run_result *result, size_t unmet);

void run_machine_free(run_machine *machine); /* takes NULL */

#endif
