/* The other side as a program, for peers that are not in C: bench-client PORT ITEMS CONNECTIONS. */
#include "bench.h"
#include "other_side.h"

int main(int argc, char **argv) {
    int64_t port, items, connections;
    if (argc != 4 || !bench_number(argv[1], &port) || !bench_number(argv[2], &items) ||
        !bench_number(argv[3], &connections)) {
        fputs("usage: bench-client PORT ITEMS CONNECTIONS\n", stderr);
        return 2;
    }
    return other_side_echo((int)port, items, connections);
}
