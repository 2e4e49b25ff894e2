# cadran_add_scenarios(): scenarios of a project as tests of CTest.
#
#     enable_testing()
#     find_package(cadran REQUIRED)
#     cadran_add_scenarios(schedule)
#
# cadran_add_scenarios(
#     <prefix>
#     [PATHS <file or directory> ...]     where they are, from the current source directory, which is
#                                         also the default; in directories below them, too
#     [OPTIONS <option> ...]              for `cadran test`, such as --repeat 10
#     [LABELS <label> ...]                of the tests
#     [TIMEOUT <seconds>]                 of each
#     [ENVIRONMENT <NAME=value> ...]      in which each runs
# )
#
# One test a scenario, `<prefix>/<path without .json>`, which runs `cadran test` on it: the run has to
# be as its `expect` says, and its trace the golden beside it. Which scenarios there are is found out
# when the tests run: a new file is a new test, without another run of CMake.
#
# CADRAN_EXECUTABLE is the program; find_package(cadran) sets it to the one that was installed with it.

set(CADRAN_SCENARIOS_DISCOVER "${CMAKE_CURRENT_LIST_DIR}/CadranScenariosDiscover.cmake")

function(cadran_add_scenarios prefix)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT" "PATHS;OPTIONS;LABELS;ENVIRONMENT")
    if(arg_UNPARSED_ARGUMENTS OR arg_KEYWORDS_MISSING_VALUES)
        message(
            FATAL_ERROR
            "cadran_add_scenarios(${prefix}): unknown, or without a value: "
            "${arg_UNPARSED_ARGUMENTS} ${arg_KEYWORDS_MISSING_VALUES}"
        )
    endif()
    if(NOT CADRAN_EXECUTABLE)
        message(
            FATAL_ERROR
            "cadran_add_scenarios(${prefix}): there is no program cadran beside this package; set "
            "CADRAN_EXECUTABLE to one"
        )
    endif()
    if(NOT arg_PATHS)
        set(arg_PATHS .)
    endif()

    # What CTest reads before each time that it runs tests.
    string(MAKE_C_IDENTIFIER "cadran_scenarios_${prefix}" name)
    set(file "${CMAKE_CURRENT_BINARY_DIR}/${name}.cmake")
    get_property(files DIRECTORY PROPERTY TEST_INCLUDE_FILES)
    if(file IN_LIST files)
        message(FATAL_ERROR "cadran_add_scenarios(${prefix}) stands twice in this directory")
    endif()
    set(content "set(prefix [==[${prefix}]==])\n")
    string(APPEND content "set(program [==[${CADRAN_EXECUTABLE}]==])\n")
    string(APPEND content "set(directory [==[${CMAKE_CURRENT_SOURCE_DIR}]==])\n")
    foreach(variable IN ITEMS PATHS OPTIONS LABELS TIMEOUT ENVIRONMENT)
        string(TOLOWER "${variable}" lower)
        string(APPEND content "set(${lower} [==[${arg_${variable}}]==])\n")
    endforeach()
    string(APPEND content "include([==[${CADRAN_SCENARIOS_DISCOVER}]==])\n")
    file(WRITE "${file}" "${content}")
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${file}")
endfunction()
