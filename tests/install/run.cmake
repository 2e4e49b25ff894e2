# One step of the installation's test (STEP), as a user would do it at a shell. Everything comes
# in by -D from CMakeLists.txt beside this file.

set(prefix "${WORK}/prefix")
set(outside "${WORK}/${STEP}")

function(run)
    list(JOIN ARGN " " line)
    message(STATUS "${line}")
    execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# The consumer runs under the virtual clock, so what it prints is known to the nanosecond.
function(check_consumer program)
    execute_process(COMMAND "${program}" OUTPUT_VARIABLE output RESULT_VARIABLE status)
    if(NOT status STREQUAL "0" OR NOT output STREQUAL "tick at 1000000000 ns\n")
        message(FATAL_ERROR "${program} ended with ${status} and printed \"${output}\"")
    endif()
endfunction()

# Only what is in the prefix may be found, and nothing of this tree may be asked for.
function(check_installed)
    set(expected include/cadran.h)
    set(programs ${PROGRAMS})
    foreach(program IN LISTS programs)
        list(APPEND expected "bin/${program}" "share/man/man1/${program}.1")
        execute_process(
            COMMAND "${prefix}/bin/${program}" --version
            OUTPUT_VARIABLE output
            COMMAND_ERROR_IS_FATAL ANY
        )
        if(NOT output MATCHES "${VERSION}")
            message(FATAL_ERROR "${program} --version printed \"${output}\", not ${VERSION}")
        endif()
    endforeach()
    foreach(file IN LISTS expected)
        if(NOT EXISTS "${prefix}/${file}")
            message(FATAL_ERROR "${file} was not installed")
        endif()
    endforeach()
    file(GLOB headers "${prefix}/include/*.h")
    foreach(header IN LISTS headers)
        file(STRINGS "${header}" leaks REGEX "include.*[<\"](uv|cJSON|SDL)")
        if(leaks)
            message(FATAL_ERROR "${header} asks for another library's header: ${leaks}")
        endif()
    endforeach()
endfunction()

if(STEP STREQUAL "tree")
    file(REMOVE_RECURSE "${WORK}")
    run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${prefix}" --config "${CONFIG}")
    check_installed()
    return()
endif()

# A copy, so that no path leads from the consumer back into the tree.
file(REMOVE_RECURSE "${outside}")
file(COPY "${CONSUMER}/" DESTINATION "${outside}")

if(STEP STREQUAL "find_package")
    list(JOIN FLAGS " " flags)
    run("${CMAKE_COMMAND}" -G "${GENERATOR}" -S "${outside}" -B "${outside}/build"
        "-DCMAKE_PREFIX_PATH=${prefix}" "-DCMAKE_C_COMPILER=${COMPILER}"
        "-DCMAKE_C_FLAGS=${flags}" "-DCMAKE_BUILD_TYPE=${CONFIG}")
    run("${CMAKE_COMMAND}" --build "${outside}/build" --config "${CONFIG}")
    check_consumer("${outside}/build/consumer")
elseif(STEP STREQUAL "pkg_config")
    file(GLOB_RECURSE pc "${prefix}/*/cadran.pc")
    cmake_path(GET pc PARENT_PATH pc_dir)
    set(ENV{PKG_CONFIG_PATH} "${pc_dir}:$ENV{PKG_CONFIG_PATH}")
    execute_process(
        COMMAND "${PKG_CONFIG}" --cflags --libs cadran
        OUTPUT_VARIABLE words
        OUTPUT_STRIP_TRAILING_WHITESPACE
        COMMAND_ERROR_IS_FATAL ANY
    )
    separate_arguments(words UNIX_COMMAND "${words}")
    cmake_path(GET pc_dir PARENT_PATH lib_dir)
    set(ENV{LD_LIBRARY_PATH} "${lib_dir}:$ENV{LD_LIBRARY_PATH}")
    run("${COMPILER}" -std=c11 ${FLAGS} -o "${outside}/consumer" "${outside}/consumer.c" ${words})
    check_consumer("${outside}/consumer")
else()
    message(FATAL_ERROR "no step named \"${STEP}\"")
endif()
