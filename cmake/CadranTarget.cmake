# cad_target(<target>): the language, the warnings and the sanitizers of the project.
# Called once on every library, program and test.

set(cadran_warnings
    -Wall
    -Wextra
    -Wpedantic
    -Wshadow
    -Wconversion
    -Wstrict-prototypes
    -Wmissing-prototypes
)
if(CADRAN_WERROR)
    list(APPEND cadran_warnings -Werror)
endif()

set(cadran_sanitizers ${CADRAN_SANITIZE})
set(cadran_instrument "")
if(CADRAN_FUZZ)
    list(APPEND cadran_sanitizers fuzzer-no-link)
endif()
if(cadran_sanitizers)
    list(JOIN cadran_sanitizers "," cadran_joined)
    set(cadran_instrument
        "-fsanitize=${cadran_joined}"
        -fno-sanitize-recover=all
        -fno-omit-frame-pointer
    )
endif()

# What a compiler and a linker have against those who want a program to do something else; not in
# debug builds, nor beside sanitizers, which find more. A stack is probed page by page as it grows, so
# that no frame steps over the guard below a coroutine's. Branches are checked, returns are not: a
# shadow stack knows no second stack.
set(cadran_harden "")
set(cadran_harden_link "")
set(cadran_hardened OFF)
if(CADRAN_HARDEN AND NOT cadran_sanitizers)
    include(CheckCCompilerFlag)
    set(cadran_flags -fstack-protector-strong -fstack-clash-protection)
    if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|i.86)$")
        list(APPEND cadran_flags -fcf-protection=branch)
    elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
        list(APPEND cadran_flags -mbranch-protection=bti)
    endif()
    foreach(flag IN LISTS cadran_flags)
        string(MAKE_C_IDENTIFIER "CADRAN_HAS${flag}" known)
        check_c_compiler_flag("${flag} -Werror" ${known}) # clang only warns of what it does not use
        if(${known})
            list(APPEND cadran_harden ${flag})
        endif()
    endforeach()
    list(APPEND cadran_harden -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
    set(cadran_hardened ON)
    set(cadran_harden_link -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
endif()

function(cad_target target)
    target_compile_features(${target} PRIVATE c_std_11)
    # POSIX and the BSD calls (mmap's anonymous pages), which -std=c11 hides.
    target_compile_definitions(${target} PRIVATE _DEFAULT_SOURCE _POSIX_C_SOURCE=200809L)
    # Virtual runs give the same bytes on every compiler and machine: no fused multiply-add.
    # Assertions name a file as the tree does, wherever the tree is.
    target_compile_options(
        ${target}
        PRIVATE
            ${cadran_warnings}
            -ffp-contract=off
            "-fmacro-prefix-map=${PROJECT_SOURCE_DIR}/="
            ${cadran_instrument}
            $<$<NOT:$<CONFIG:Debug>>:${cadran_harden}>
    )
    target_link_options(
        ${target} PRIVATE ${cadran_instrument} $<$<NOT:$<CONFIG:Debug>>:${cadran_harden_link}>
    )
    if(CADRAN_LTO AND CMAKE_C_COMPILER_ID STREQUAL "GNU")
        # Unless cad_lto() says otherwise; -flto behind it would not undo it.
        target_link_options(
            ${target} PRIVATE "$<$<NOT:$<BOOL:$<TARGET_PROPERTY:CADRAN_LTO>>>:-fno-lto>"
        )
    endif()
endfunction()

# cad_lto(<target> ...): optimised across files in release builds, for the libraries and for the
# programs in which speed matters; tests link the same objects as they are. The objects are fat, so
# that an installed library links with any compiler and linker.
function(cad_lto)
    if(NOT CADRAN_LTO OR NOT CMAKE_C_COMPILER_ID STREQUAL "GNU" OR cadran_sanitizers)
        return()
    endif()
    foreach(target ${ARGN})
        # gcc links without its plugin where -fno-lto stands anywhere, whatever comes after it.
        get_target_property(options ${target} LINK_OPTIONS)
        list(REMOVE_ITEM options -fno-lto)
        set_target_properties(${target} PROPERTIES LINK_OPTIONS "${options}")
        target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-flto=auto;-ffat-lto-objects>)
        # In one piece: gcc 12 loses a function between several.
        target_link_options(
            ${target} PRIVATE "$<$<CONFIG:Release>:-flto=auto;-flto-partition=one>"
        )
        set_target_properties(${target} PROPERTIES CADRAN_LTO ON)
    endforeach()
endfunction()
