/* misuse.h - what the program must not do ends it, and says so.
 */
#ifndef CADRAN_MISUSE_H
#define CADRAN_MISUSE_H

/* What the program must not do ends it, in every build, and is said where it is noticed: `what` is
 * wrong. SLOW is for checks that take more than a few instructions, and there in debug builds.
 * (What the library itself must hold is assert()'s.) */
#define CAD__ASSERT(condition, what) CAD__ASSERT_AT(__FILE__, __LINE__, __func__, condition, what)
#ifdef NDEBUG
#define CAD__ASSERT_SLOW(condition, what) ((void)0)
#else
#define CAD__ASSERT_SLOW CAD__ASSERT
#endif

/* The same for functions that others are the place of. */
#define CAD__ASSERT_AT(file, line, function, condition, what)                                      \
    (__builtin_expect(!(condition), 0) ? cad__mistaken(file, line, function, what) : (void)0)

_Noreturn void cad__mistaken(const char *file, int line, const char *function, const char *what)
    __attribute__((cold));

#endif
