/* suite/answer.h - a result's way from a worker to who asked.
 */
#ifndef SUITE_ANSWER_H
#define SUITE_ANSWER_H

#include "suite/pool.h"
#include "suite/result.h"

/* In a worker, at the end of a job: makes an answer of the result, which is freed, and whose texts
 * become such as any reader takes. `error`: of the job, 0 or CAD_ENOMEM. */
enum suite_worker suite_give(suite_result *result, int error, base_buffer *answer);

/* Makes a result of an answer; also where it is that the worker was lost, which may take up to
 * `limit_ns`. *result is new. 0 or CAD_ENOMEM. */
int suite_take(const suite_answer *answer, int64_t limit_ns, suite_result *result);

#endif
