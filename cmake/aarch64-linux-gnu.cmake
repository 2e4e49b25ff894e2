# Building for aarch64 on another Linux, with Debian's cross compiler and its arm64 packages; what was
# built runs under qemu-user. The preset aarch64 uses it; script/bootstrap --ci installs what it needs.

set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
find_program(CADRAN_QEMU NAMES qemu-aarch64-static qemu-aarch64 REQUIRED)
mark_as_advanced(CADRAN_QEMU)
set(CMAKE_CROSSCOMPILING_EMULATOR "${CADRAN_QEMU}")
set(ENV{PKG_CONFIG_LIBDIR} /usr/lib/aarch64-linux-gnu/pkgconfig:/usr/share/pkgconfig)
