/* bytes.h - blocks of bytes that reads fill.
 */
#ifndef CADRAN_BYTES_H
#define CADRAN_BYTES_H

#include "cadran.h"

/* Room for `size` bytes and one behind them. 0 or CAD_ENOMEM. */
int cad__bytes_reserve(cad_bytes *bytes, size_t size);

#endif
