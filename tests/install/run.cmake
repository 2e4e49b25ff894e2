# One step of the installation's test, as a user would do it at a shell. Everything comes in by -D
# from CMakeLists.txt beside this file.

cmake_minimum_required(VERSION 3.25)

set(prefix "${WORK}/prefix")
set(outside "${WORK}/${STEP}")
list(JOIN FLAGS " " flags)

function(run)
    list(JOIN ARGN " " line)
    message(STATUS "${line}")
    execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# A library of the linkage that this build is not, alone, in a build of its own. Its compiler warns of
# more than today's do, as a newer one would, which stops nobody's build.
function(build_other)
    string(COMPARE EQUAL "${LINKAGE}" shared shared)
    run("${CMAKE_COMMAND}" -G "${GENERATOR}" -S "${SOURCE}" -B "${WORK}/build"
        "-DCMAKE_C_COMPILER=${COMPILER}" "-DCMAKE_BUILD_TYPE=${CONFIG}" -DCMAKE_C_FLAGS=-Wpadded
        "-DCADRAN_SANITIZE=${SANITIZE}" "-DBUILD_SHARED_LIBS=${shared}"
        -DCADRAN_PROGRAMS=OFF -DBUILD_TESTING=OFF)
    run("${CMAKE_COMMAND}" --build "${WORK}/build" --config "${CONFIG}")
endfunction()

function(check_programs)
    foreach(program IN LISTS PROGRAMS)
        execute_process(
            COMMAND "${prefix}/bin/${program}" --version
            OUTPUT_VARIABLE output
            COMMAND_ERROR_IS_FATAL ANY
        )
        if(NOT output MATCHES "${VERSION}")
            message(FATAL_ERROR "${program} --version printed \"${output}\", not ${VERSION}")
        endif()
        if(NOT EXISTS "${prefix}/share/man/man1/${program}.1")
            message(FATAL_ERROR "the man page ${program}.1 was not installed")
        endif()
        if(HARDENED)
            run("${PYTHON}" -B "${SOURCE}/tests/install/hardened.py" "${prefix}/bin/${program}")
        endif()
    endforeach()
endfunction()

# What a header names, if only in a comment, is there to be read: installed, or the C library's.
function(check_named_headers header)
    file(READ "${header}" text)
    string(REGEX MATCHALL "[A-Za-z0-9_/-]+\\.h" names "${text}")
    string(REGEX MATCHALL "<[^>\n]+\\.h>" standard "${text}")
    list(TRANSFORM standard REPLACE "[<>]" "")
    foreach(name IN LISTS names)
        if(NOT name IN_LIST standard AND NOT EXISTS "${prefix}/include/${name}")
            message(FATAL_ERROR "${header} names ${name}, which is not installed")
        endif()
    endforeach()
endfunction()

# Users of the library need no header of the libraries under it.
function(check_headers)
    file(GLOB headers "${prefix}/include/*.h")
    foreach(header cadran.h cadran-trace.h)
        if(NOT "${prefix}/include/${header}" IN_LIST headers)
            message(FATAL_ERROR "${header} was not installed")
        endif()
    endforeach()
    foreach(header IN LISTS headers)
        file(STRINGS "${header}" leaks REGEX "# *include.*[<\"](uv|cjson|SDL)")
        if(leaks)
            message(FATAL_ERROR "${header} asks for another library's header: ${leaks}")
        endif()
        check_named_headers("${header}")
    endforeach()
endfunction()

# A shared library shows what its header declares, and nothing that is private.
function(check_symbols library prefixes function)
    file(GLOB library "${prefix}/*/${library}.so")
    execute_process(
        COMMAND nm --dynamic --defined-only --format=posix "${library}"
        OUTPUT_VARIABLE symbols
        COMMAND_ERROR_IS_FATAL ANY
    )
    string(REGEX MATCHALL "[^\n]+" symbols "${symbols}")
    list(TRANSFORM symbols REPLACE " .*" "")
    if(NOT "${function}" IN_LIST symbols)
        message(FATAL_ERROR "${library} does not show ${function}")
    endif()
    list(FILTER symbols INCLUDE REGEX "^(${prefixes})")
    if(symbols)
        message(FATAL_ERROR "${library} shows private functions: ${symbols}")
    endif()
endfunction()

# The consumer runs under the virtual clock, so what it prints is known to the nanosecond.
function(check_consumer program)
    execute_process(
        COMMAND "${program}"
        WORKING_DIRECTORY "${outside}"
        OUTPUT_VARIABLE output
        RESULT_VARIABLE status
    )
    if(NOT status STREQUAL "0" OR NOT output STREQUAL "tick at 1000000000 ns\n")
        message(FATAL_ERROR "${program} ended with ${status} and printed \"${output}\"")
    endif()
    file(READ "${outside}/tick.trace.json" trace LIMIT 4096)
    if(NOT trace MATCHES "^\\[{.*\"name\":\"ticker\".*\"complete\"}}\n\\]\n$")
        message(FATAL_ERROR "${program} left another trace: ${trace}")
    endif()
endfunction()

# The pages that come along lead to what came along.
function(check_pages)
    if(PYTHON)
        run("${PYTHON}" -B "${SOURCE}/tests/pages/pages.py" links "${prefix}/share/doc/cadran")
    endif()
    foreach(path README.md docs/scenarios.md scenarios/schema.json engine/examples/window.c)
        if(NOT EXISTS "${prefix}/share/doc/cadran/${path}")
            message(FATAL_ERROR "${path} was not installed")
        endif()
    endforeach()
endfunction()

# The installed program runs an installed scenario, and man finds the pages of both.
function(check_language)
    if("cadran" IN_LIST PROGRAMS)
        run("${prefix}/bin/cadran" run "${prefix}/share/doc/cadran/scenarios/window.json")
        foreach(file IN ITEMS bash-completion/completions/cadran zsh/site-functions/_cadran
                              fish/vendor_completions.d/cadran.fish)
            if(NOT EXISTS "${prefix}/share/${file}")
                message(FATAL_ERROR "the completions ${file} were not installed")
            endif()
        endforeach()
        if(NOT EXISTS "${prefix}/share/man/man5/cadran-scenario.5")
            message(FATAL_ERROR "the man page cadran-scenario.5 was not installed")
        endif()
    endif()
endfunction()

function(step_tree)
    file(REMOVE_RECURSE "${prefix}")
    if(BUILT)
        run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${prefix}" --config "${CONFIG}")
    else()
        build_other()
        run("${CMAKE_COMMAND}" --install "${WORK}/build" --prefix "${prefix}" --config "${CONFIG}")
    endif()
    check_programs()
    check_pages()
    check_language()
    check_headers()
    if(LINKAGE STREQUAL "shared")
        check_symbols(libcadran "cad__" cad_loop_new)
        check_symbols(libcadran-trace "cad__|base_|trace_|wait_" cad_trace_open)
    endif()
endfunction()

# A copy, so that no path leads from the consumer back into the tree.
function(copy_consumer)
    file(REMOVE_RECURSE "${outside}")
    file(COPY "${SOURCE}/tests/install/consumer/" DESTINATION "${outside}")
endfunction()

function(step_find_package)
    copy_consumer()
    run("${CMAKE_COMMAND}" -G "${GENERATOR}" -S "${outside}" -B "${outside}/build"
        "-DCMAKE_PREFIX_PATH=${prefix}" "-DCMAKE_C_COMPILER=${COMPILER}"
        "-DCMAKE_C_FLAGS=${flags}" "-DCMAKE_BUILD_TYPE=${CONFIG}")
    run("${CMAKE_COMMAND}" --build "${outside}/build" --config "${CONFIG}")
    check_consumer("${outside}/build/consumer")
endfunction()

# Compiles and links a file with what pkg-config says.
function(link_with source program)
    file(GLOB_RECURSE pc "${prefix}/*/cadran-trace.pc")
    cmake_path(GET pc PARENT_PATH pc_dir)
    cmake_path(GET pc_dir PARENT_PATH lib_dir)
    set(ENV{PKG_CONFIG_PATH} "${pc_dir}:$ENV{PKG_CONFIG_PATH}")
    set(ENV{LD_LIBRARY_PATH} "${lib_dir}:$ENV{LD_LIBRARY_PATH}")
    execute_process(
        COMMAND "${PKG_CONFIG}" --cflags --libs cadran-trace
        OUTPUT_VARIABLE words
        OUTPUT_STRIP_TRAILING_WHITESPACE
        COMMAND_ERROR_IS_FATAL ANY
    )
    separate_arguments(words UNIX_COMMAND "${words}")
    run("${COMPILER}" -std=c11 ${FLAGS} -o "${program}" "${source}" ${words})
endfunction()

function(step_pkg_config)
    copy_consumer()
    link_with("${outside}/consumer.c" "${outside}/consumer")
    check_consumer("${outside}/consumer")
endfunction()

# What the README says of a program in C: it compiles, and leaves that table.
function(step_readme)
    file(READ "${SOURCE}/README.md" page)
    string(REGEX REPLACE "^.*\n```c\n" "" program "${page}")
    string(REGEX REPLACE "\n```\n.*$" "\n" program "${program}")
    string(REGEX REPLACE "^.*\\$ cadran table ledger.trace.json\n" "" table "${page}")
    string(REGEX REPLACE "\n\\$ .*$" "\n" table "${table}")
    file(WRITE "${outside}/ledger.c" "${program}")
    link_with("${outside}/ledger.c" "${outside}/ledger")
    execute_process(
        COMMAND "${outside}/ledger" WORKING_DIRECTORY "${outside}" COMMAND_ERROR_IS_FATAL ANY
    )
    execute_process(
        COMMAND "${prefix}/bin/cadran" table "${outside}/ledger.trace.json"
        OUTPUT_VARIABLE output
        COMMAND_ERROR_IS_FATAL ANY
    )
    if(NOT output STREQUAL table)
        message(FATAL_ERROR "the program of the README has the table\n${output}and not\n${table}")
    endif()
endfunction()

# What CTest says of the scenarios of a project: which there are, and whether all have passed.
function(check_suite passes names)
    execute_process(
        COMMAND "${CMAKE_CTEST_COMMAND}" --test-dir "${outside}/build" -C "${CONFIG}" -L fast
                --output-on-failure
        OUTPUT_VARIABLE output
        RESULT_VARIABLE status
    )
    if((passes AND NOT status STREQUAL "0") OR (NOT passes AND status STREQUAL "0"))
        message(FATAL_ERROR "ctest ended with ${status}:\n${output}")
    endif()
    foreach(name IN LISTS names)
        string(FIND "${output}" "${name} " at)
        if(at EQUAL -1)
            message(FATAL_ERROR "there is no test ${name}:\n${output}")
        endif()
    endforeach()
endfunction()

# A project whose scenarios are tests: those that are there, one that comes, one that goes wrong.
function(step_scenarios)
    file(REMOVE_RECURSE "${outside}")
    file(COPY "${SOURCE}/tests/install/suite/" DESTINATION "${outside}")
    run("${CMAKE_COMMAND}" -G "${GENERATOR}" -S "${outside}" -B "${outside}/build"
        "-DCMAKE_PREFIX_PATH=${prefix}" "-DCMAKE_C_COMPILER=${COMPILER}"
        "-DCMAKE_BUILD_TYPE=${CONFIG}")
    set(ENV{CI} true)
    set(names schedule/scenarios/nap "schedule/scenarios/deep/two\\; words")
    check_suite(TRUE "${names}")
    file(READ "${outside}/scenarios/nap.json" text)
    file(WRITE "${outside}/scenarios/again.json" "${text}")
    file(COPY_FILE "${outside}/scenarios/nap.trace.json" "${outside}/scenarios/again.trace.json")
    check_suite(TRUE "${names};schedule/scenarios/again")
    string(REPLACE "\"sleep\": 1" "\"sleep\": 2" text "${text}")
    file(WRITE "${outside}/scenarios/again.json" "${text}")
    check_suite(FALSE "${names};schedule/scenarios/again")
    file(REMOVE_RECURSE "${outside}/scenarios")
    execute_process(
        COMMAND "${CMAKE_CTEST_COMMAND}" --test-dir "${outside}/build" RESULT_VARIABLE status
        OUTPUT_QUIET ERROR_QUIET
    )
    if(status STREQUAL "0")
        message(FATAL_ERROR "a directory that is gone passes")
    endif()
endfunction()

function(step_cxx)
    foreach(header cadran.h cadran-trace.h)
        run("${CLANG}" -x c++ -std=c++11 -fsyntax-only -Wall -Wextra -pedantic -Werror
            -Wno-pragma-once-outside-header "-I${prefix}/include" "${prefix}/include/${header}")
    endforeach()
endfunction()

cmake_language(CALL "step_${STEP}")
