/* sanitizer.h - which sanitizers this is built with, and what they are told of memory that is
 * recycled here. */
#ifndef CADRAN_SANITIZER_H
#define CADRAN_SANITIZER_H

#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define WITH_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define WITH_TSAN 1
#endif
#endif

#ifdef WITH_ASAN
#include <sanitizer/asan_interface.h>
#define CAD__POISON(address, size) ASAN_POISON_MEMORY_REGION(address, size)
#define CAD__UNPOISON(address, size) ASAN_UNPOISON_MEMORY_REGION(address, size)
/* For a function that leaves a stack for good: its own variables are not on what it gives up. */
#define CAD__UNSANITIZED __attribute__((no_sanitize_address))
#else
#define CAD__POISON(address, size) ((void)(address), (void)(size))
#define CAD__UNPOISON(address, size) ((void)(address), (void)(size))
#define CAD__UNSANITIZED
#endif

#endif
