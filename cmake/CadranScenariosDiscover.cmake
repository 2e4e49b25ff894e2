# Finds scenarios and makes tests of them: read by CTest, by way of a file of cadran_add_scenarios()
# that sets prefix, program, directory, paths, options, labels, timeout and environment.

execute_process(
    COMMAND "${program}" test --list ${paths}
    WORKING_DIRECTORY "${directory}"
    OUTPUT_VARIABLE found
    ERROR_QUIET
    RESULT_VARIABLE status
)
# Names may have a semicolon in them, which is no end of a line, and brackets, between which CMake sees no
# end of one: what stands for these meanwhile is in no name, as it is shown.
string(ASCII 1 opening)
string(ASCII 2 closing)
string(REPLACE ";" "\\;" found "${found}")
string(REPLACE "[" "${opening}" found "${found}")
string(REPLACE "]" "${closing}" found "${found}")
string(REGEX MATCHALL "[^\n]+" found "${found}")
if(NOT status STREQUAL "0")
    set(found "") # a test that fails, and says why
    add_test("${prefix}" "${program}" test ${options} ${paths})
    set_tests_properties("${prefix}" PROPERTIES WORKING_DIRECTORY "${directory}")
endif()

foreach(scenario IN LISTS found)
    string(REPLACE "${opening}" "[" scenario "${scenario}")
    string(REPLACE "${closing}" "]" scenario "${scenario}")
    string(REGEX REPLACE "^\\./|\\.json$" "" name "${scenario}")
    set(name "${prefix}/${name}")
    add_test("${name}" "${program}" test ${options} -- "${scenario}")
    set_tests_properties(
        "${name}"
        PROPERTIES
            WORKING_DIRECTORY "${directory}"
            LABELS "${labels}"
            ENVIRONMENT "${environment}"
    )
    if(timeout)
        set_tests_properties("${name}" PROPERTIES TIMEOUT "${timeout}")
    endif()
endforeach()
