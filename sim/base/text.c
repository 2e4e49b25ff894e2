/* UTF-8. */
#include "base/text.h"

size_t base_utf8_length(const unsigned char *text, size_t length) {
    /* Unicode, table 3-7. */
    static const struct {
        unsigned char first_low, first_high, second_low, second_high, size;
    } rows[] = {
        {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3}, {0xE1, 0xEC, 0x80, 0xBF, 3},
        {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4},
        {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
    };
    if (text[0] < 0x80)
        return 1;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (text[0] < rows[i].first_low || text[0] > rows[i].first_high)
            continue;
        if (length < rows[i].size || text[1] < rows[i].second_low || text[1] > rows[i].second_high)
            return 0;
        for (size_t k = 2; k < rows[i].size; k++)
            if ((text[k] & 0xC0) != 0x80)
                return 0;
        return rows[i].size;
    }
    return 0;
}

uint32_t base_utf8_decode(const char *text, size_t length) {
    const unsigned char *byte = (const unsigned char *)text;
    static const unsigned char first_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t code = byte[0] & first_bits[length];
    for (size_t i = 1; i < length; i++)
        code = code << 6 | (byte[i] & 0x3f);
    return code;
}

size_t base_utf8_encode(uint32_t code, char utf8[4]) {
    if (code < 0x80) {
        utf8[0] = (char)code;
        return 1;
    }
    size_t length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--) {
        utf8[i] = (char)(0x80 | (code & 0x3f));
        code >>= 6;
    }
    static const unsigned char first[] = {0, 0, 0xc0, 0xe0, 0xf0};
    utf8[0] = (char)(first[length] | code);
    return length;
}
