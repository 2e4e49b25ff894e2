/* room.h - what the libraries that draw need of the system, and do not ask for.
 */
#ifndef VIZ_ROOM_H
#define VIZ_ROOM_H

/* What they would lack, to be told; NULL: nothing. */
const char *viz_room_lacking(void);

#endif
