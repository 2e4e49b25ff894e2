# cmake --install: what is installed beside the targets, whose own folders install them. What is for
# programs in C is the component libcadran-dev, the rest cadran: as the packages (CadranPackage).

include(CMakePackageConfigHelpers)

set(cadran_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/cadran")
configure_package_config_file(
    "${PROJECT_SOURCE_DIR}/cmake/cadran-config.cmake.in"
    "${PROJECT_BINARY_DIR}/cadran-config.cmake"
    INSTALL_DESTINATION "${cadran_package_dir}"
    PATH_VARS CMAKE_INSTALL_BINDIR
    NO_SET_AND_CHECK_MACRO
)
write_basic_package_version_file(
    "${PROJECT_BINARY_DIR}/cadran-config-version.cmake"
    COMPATIBILITY SameMinorVersion
)
install(
    EXPORT cadran
    NAMESPACE cadran::
    FILE cadran-targets.cmake
    DESTINATION "${cadran_package_dir}"
    COMPONENT libcadran-dev
)
if(CADRAN_TRACE)
    install(
        EXPORT cadran-trace
        NAMESPACE cadran::
        FILE cadran-trace-targets.cmake
        DESTINATION "${cadran_package_dir}"
        COMPONENT libcadran-dev
    )
endif()
install(
    FILES
        "${PROJECT_BINARY_DIR}/cadran-config.cmake"
        "${PROJECT_BINARY_DIR}/cadran-config-version.cmake"
        cmake/CadranScenarios.cmake
        cmake/CadranScenariosDiscover.cmake
    DESTINATION "${cadran_package_dir}"
    COMPONENT libcadran-dev
)

# A static library needs what it uses on every link line, a shared one brings it along itself.
if(BUILD_SHARED_LIBS)
    set(cadran_pc_requires "Requires.private")
    set(cadran_pc_system "")
else()
    set(cadran_pc_requires "Requires")
    set(cadran_pc_system " -lm -pthread -ldl")
endif()
# Paths from where cadran.pc lies, so that the installed tree can be moved.
set(cadran_pc_prefix "${CMAKE_INSTALL_PREFIX}")
cmake_path(
    RELATIVE_PATH cadran_pc_prefix BASE_DIRECTORY "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig"
)
cmake_path(APPEND cadran_pc_libdir "\${prefix}" "${CMAKE_INSTALL_LIBDIR}")
cmake_path(APPEND cadran_pc_includedir "\${prefix}" "${CMAKE_INSTALL_INCLUDEDIR}")
set(cadran_pc_files cadran.pc)
if(CADRAN_TRACE)
    list(APPEND cadran_pc_files cadran-trace.pc)
endif()
foreach(file IN LISTS cadran_pc_files)
    configure_file("${PROJECT_SOURCE_DIR}/cmake/${file}.in" "${PROJECT_BINARY_DIR}/${file}" @ONLY)
    install(
        FILES "${PROJECT_BINARY_DIR}/${file}"
        DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig"
        COMPONENT libcadran-dev
    )
endforeach()

# The pages, and what they lead to, lie there as they do in the tree: their links work.
install(FILES LICENSE README.md CHANGELOG.md DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(DIRECTORY docs DESTINATION "${CMAKE_INSTALL_DOCDIR}" PATTERN man EXCLUDE)
install(DIRECTORY scenarios DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(DIRECTORY engine/examples DESTINATION "${CMAKE_INSTALL_DOCDIR}/engine")
install(FILES engine/cadran.h DESTINATION "${CMAKE_INSTALL_DOCDIR}/engine")
install(FILES sim/api/cadran-trace.h sim/api/cadran-test.h DESTINATION "${CMAKE_INSTALL_DOCDIR}/sim/api")
if(CADRAN_PROGRAMS)
    # bash and fish look for a file of the program's name, zsh reads in a file whom it is for.
    foreach(program IN ITEMS cadran cadran-view)
        install(
            FILES completions/cadran.bash
            DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions"
            RENAME ${program}
        )
        install(
            FILES completions/cadran.fish
            DESTINATION "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d"
            RENAME ${program}.fish
        )
    endforeach()
    install(FILES completions/_cadran DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/site-functions")
    file(GLOB cadran_pages CONFIGURE_DEPENDS docs/man/cadran*.1)
    if(NOT CADRAN_VIEWER)
        list(FILTER cadran_pages EXCLUDE REGEX "cadran-view")
    endif()
    install(FILES ${cadran_pages} DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
    install(FILES docs/man/cadran-scenario.5 DESTINATION "${CMAKE_INSTALL_MANDIR}/man5")
endif()
