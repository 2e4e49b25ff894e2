# What CPack runs between installing and packing: the tree becomes as Debian's policy wants it. Manual
# pages are packed, each package has its copyright and changelogs, libraries are without what only a
# debugger reads.

get_filename_component(source "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
find_program(gzip gzip REQUIRED)
find_program(strip NAMES "${CMAKE_STRIP}" strip REQUIRED)

function(pack)
    if(ARGN)
        execute_process(COMMAND "${gzip}" -9nf ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
    endif()
endfunction()

# The changelog of the packaging, dated by $SOURCE_DATE_EPOCH where that is set.
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
set(changelog
    "cadran (${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) unstable; urgency=medium

  * As it is built from the tree; what is new is in changelog.gz.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
"
)

foreach(package IN LISTS CPACK_COMPONENTS_ALL)
    set(share "${CPACK_TEMPORARY_INSTALL_DIRECTORY}/${package}/usr/share")
    file(GLOB_RECURSE pages "${share}/man/*.[1-9]")
    pack(${pages})
    set(folder "${share}/doc/${package}")
    file(MAKE_DIRECTORY "${folder}")
    file(WRITE "${folder}/changelog.Debian" "${changelog}")
    configure_file("${source}/CHANGELOG.md" "${folder}/changelog" COPYONLY)
    pack("${folder}/changelog.Debian" "${folder}/changelog")
    configure_file("${source}/LICENSE" "${folder}/copyright" COPYONLY)
endforeach()

file(GLOB libraries "${CPACK_TEMPORARY_INSTALL_DIRECTORY}/libcadran-dev/usr/lib/*/*.a"
     "${CPACK_TEMPORARY_INSTALL_DIRECTORY}/libcadran-dev/usr/lib/*.a"
)
foreach(library IN LISTS libraries)
    execute_process(
        COMMAND
            "${strip}" --strip-debug --remove-section=.comment --remove-section=.note
            "--remove-section=.gnu.lto_*" "--remove-section=.gnu.debuglto_*" -N __gnu_lto_slim -N
            __gnu_lto_v1 "${library}"
        COMMAND_ERROR_IS_FATAL ANY
    )
endforeach()
