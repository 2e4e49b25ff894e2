# What can be chosen about a build, and what every build has in common.

option(BUILD_SHARED_LIBS "Build libcadran as a shared library" OFF)
option(CADRAN_PROGRAMS "Build the programs (cadran and its viewer), not the library alone" ON)
option(CADRAN_VIEWER "Build cadran-view, which needs SDL2, SDL2_ttf, fontconfig and libpng" ON)
option(CADRAN_UCONTEXT "Switch coroutines by the C library's ucontext on every processor" OFF)
option(CADRAN_WERROR "Treat compiler warnings as errors, as the presets of who works on it do" OFF)
option(CADRAN_LTO "Optimise across files in release builds (gcc only)" ON)
option(CADRAN_FUZZ "Build the fuzz targets (clang only)" OFF)
set(CADRAN_SANITIZE "" CACHE STRING "Sanitizers: empty, address;undefined or thread")
set_property(CACHE CADRAN_SANITIZE PROPERTY STRINGS "" "address;undefined" "undefined" "thread")

if(CADRAN_FUZZ AND NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "CADRAN_FUZZ needs clang (libFuzzer): use the preset fuzz, or CC=clang")
endif()

get_property(cadran_multi_config GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
if(NOT cadran_multi_config AND NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release, RelWithDebInfo or MinSizeRel" FORCE)
endif()

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
if(BUILD_SHARED_LIBS)
    set(CMAKE_INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
endif()
