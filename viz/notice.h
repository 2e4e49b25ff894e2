/* notice.h - what is said over the picture: that a file is being read, has changed, or is damaged.
 */
#ifndef VIZ_NOTICE_H
#define VIZ_NOTICE_H

#include <stdbool.h>

struct viz_notice {
    char text[640];  /* "": nothing */
    double progress; /* of a file that is read, from 0 to 1; below 0: none */
    bool alert;      /* something is wrong */
};

#endif
