/* cgroup.h - how much memory the kernel lets this process have, with the others of its groups.
 */
#ifndef BASE_CGROUP_H
#define BASE_CGROUP_H

#include <stdint.h>

/* The least limit of the control groups (of versions 1 and 2) that `membership`, such as
 * "/proc/self/cgroup", names, from the innermost to the root of `mount`, such as "/sys/fs/cgroup".
 * In a container that root is the container's own. UINT64_MAX where nothing limits it. */
uint64_t base_cgroup_memory(const char *membership, const char *mount);

#endif
