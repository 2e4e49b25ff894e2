# cpack -G DEB: the Debian packages cadran, with the programs, and libcadran-dev, for programs in C. A
# build of the shared libraries has none: these would be packages of their own.
#
#     script/package      builds both, and looks at them with lintian

if(NOT PROJECT_IS_TOP_LEVEL OR BUILD_SHARED_LIBS OR NOT CADRAN_PROGRAMS OR NOT CADRAN_TRACE)
    return()
endif()

set(CADRAN_CONTACT "The Cadran developers <cadran@cadran.invalid>"
    CACHE STRING "Who answers for the packages: a name and an address"
)
mark_as_advanced(CADRAN_CONTACT)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "") # each package has its own
set(CPACK_PACKAGE_CONTACT "${CADRAN_CONTACT}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE
)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL cadran libcadran-dev)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_PRE_BUILD_SCRIPTS "${PROJECT_SOURCE_DIR}/cmake/CadranDebian.cmake")

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 0cadran1)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)

set(CPACK_DEBIAN_CADRAN_PACKAGE_NAME cadran)
set(CPACK_DEBIAN_CADRAN_PACKAGE_SECTION devel)
# Libraries that are opened when they are wanted, which shlibdeps does not see.
set(CPACK_DEBIAN_CADRAN_PACKAGE_DEPENDS "zlib1g, libzstd1")
set(CPACK_DEBIAN_CADRAN_PACKAGE_RECOMMENDS "libsqlite3-0, fonts-inter | fonts-dejavu-core")
set(CPACK_DEBIAN_CADRAN_DESCRIPTION
    "run and see asynchronous programs, under a virtual clock
Cadran runs scenarios, asynchronous programs that are JSON documents: tasks
that sleep, and wait for queues, locks, events and each other, as in Python's
asyncio and in its order. Under the virtual clock a run takes no time and is
the same each time; under the real one it does what the virtual one said.

It says who worked when, who waited for whom, why a run stands still, and
what two runs did differently, as text, tables, pages and timelines."
)

set(CPACK_DEBIAN_LIBCADRAN-DEV_PACKAGE_NAME libcadran-dev)
set(CPACK_DEBIAN_LIBCADRAN-DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_LIBCADRAN-DEV_PACKAGE_SHLIBDEPS OFF)
set(CPACK_DEBIAN_LIBCADRAN-DEV_PACKAGE_DEPENDS "libuv1-dev, zlib1g, libzstd1")
set(CPACK_DEBIAN_LIBCADRAN-DEV_PACKAGE_RECOMMENDS cadran)
set(CPACK_DEBIAN_LIBCADRAN-DEV_DESCRIPTION
    "event loop of asyncio's kind for programs in C (libraries)
Libcadran has the tasks and primitives of Python's asyncio for C, on libuv or
under a virtual clock: coroutines, queues, locks, task groups, streams,
subprocesses. Libcadran-trace records what a program does, for the program
cadran to show.

Here are the headers, the static libraries, and what CMake and pkg-config
ask for."
)

include(CPack)
