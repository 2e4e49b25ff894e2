/* files_test.h - files, for tests.
 */
#ifndef FILES_TEST_H
#define FILES_TEST_H

#include <stddef.h>

/* All of a file, with a '\0' behind it, for free(); fails the test where it cannot be read. `size`
 * may be NULL. */
char *files_read(const char *path, size_t *size);

#endif
