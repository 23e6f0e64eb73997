/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * winbase.h: the Win32 calls of the native host, by the object they work on.
 *
 * Parameters and results are Windows'. A comment above a group says where the native host knowingly differs; where it
 * refuses something, the call fails with the error named there.
 */
#ifndef HTTPAPI_WIN32_WINBASE_H
#define HTTPAPI_WIN32_WINBASE_H

#include <string.h>

#include <windef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Words of the SDK that mean nothing to an ELF compiler. */
#ifndef IN
#define IN
#define OUT
#define OPTIONAL
#endif
#define __cdecl
#define __stdcall
#define _In_
#define _In_opt_
#define _Out_
#define _Out_opt_
#define _Inout_
#define _Inout_opt_

#define UNREFERENCED_PARAMETER(p) ((void)(p))
#define MAKEWORD(low, high) ((WORD)(((BYTE)(low)) | ((WORD)(BYTE)(high)) << 8))
#define MAKELONG(low, high) ((LONG)(((WORD)(low)) | ((DWORD)(WORD)(high)) << 16))
#define LOWORD(l) ((WORD)((DWORD_PTR)(l) & 0xffff))
#define HIWORD(l) ((WORD)((DWORD_PTR)(l) >> 16 & 0xffff))
#define LOBYTE(w) ((BYTE)((DWORD_PTR)(w) & 0xff))
#define HIBYTE(w) ((BYTE)((DWORD_PTR)(w) >> 8 & 0xff))
#define ZeroMemory(memory, size) memset((memory), 0, (size))
#define RtlZeroMemory(memory, size) memset((memory), 0, (size))
#define FillMemory(memory, size, byte) memset((memory), (byte), (size))
#define CopyMemory(to, from, size) memcpy((to), (from), (size))
#define RtlCopyMemory(to, from, size) memcpy((to), (from), (size))
#define MoveMemory(to, from, size) memmove((to), (from), (size))
#ifndef ARRAYSIZE
#define ARRAYSIZE(array) (sizeof(array) / sizeof *(array))
#endif

#ifdef UNICODE
#define WIN32_NAME(name) name##W
typedef WCHAR TCHAR, *LPTSTR;
typedef const WCHAR *LPCTSTR;
#define TEXT_(literal) L##literal
#else
#define WIN32_NAME(name) name##A
typedef CHAR TCHAR, *LPTSTR;
typedef const CHAR *LPCTSTR;
#define TEXT_(literal) literal
#endif
#ifndef TEXT
#define TEXT(literal) TEXT_(literal)
#endif

/* Last error: one for each thread; a call that succeeds leaves it alone unless its documentation says otherwise. */

DWORD WINAPI GetLastError(void);
VOID WINAPI SetLastError(DWORD error);

/*
 * Handles. Small multiples of four whose two low bits are ignored, never pointers. A stale, foreign or made-up one gives
 * ERROR_INVALID_HANDLE. There are no other processes, so nothing is inherited; access rights aren't kept, so a
 * duplicate always has those of its source. Duplicating GetCurrentProcess() gives ERROR_INVALID_HANDLE.
 */

#define DUPLICATE_CLOSE_SOURCE 0x1
#define DUPLICATE_SAME_ACCESS 0x2

BOOL WINAPI CloseHandle(HANDLE handle);
BOOL WINAPI DuplicateHandle(HANDLE source_process, HANDLE source, HANDLE target_process, LPHANDLE target,
                            DWORD access, BOOL inherit, DWORD options);

/*
 * Waits. What can be waited on: events, semaphores, threads, request queues; anything else is ERROR_INVALID_HANDLE. A
 * wait for all takes from all at the same instant or from none. There is nothing that could queue an APC, so an
 * alertable wait is a plain one.
 */

#define INFINITE 0xffffffffu
#define WAIT_OBJECT_0 0u
#define WAIT_ABANDONED 0x80u
#define WAIT_ABANDONED_0 0x80u
#define WAIT_IO_COMPLETION 0xc0u
#define WAIT_FAILED 0xffffffffu
#define MAXIMUM_WAIT_OBJECTS 64

DWORD WINAPI WaitForSingleObject(HANDLE handle, DWORD milliseconds);
DWORD WINAPI WaitForSingleObjectEx(HANDLE handle, DWORD milliseconds, BOOL alertable);
DWORD WINAPI WaitForMultipleObjects(DWORD count, const HANDLE *handles, BOOL all, DWORD milliseconds);
DWORD WINAPI WaitForMultipleObjectsEx(DWORD count, const HANDLE *handles, BOOL all, DWORD milliseconds,
                                      BOOL alertable);

/* Events and semaphores. Without names: a name other than "" gives ERROR_NOT_SUPPORTED. */

#define EVENT_MODIFY_STATE 0x2
#define EVENT_ALL_ACCESS 0x1f0003

HANDLE WINAPI CreateEventA(LPSECURITY_ATTRIBUTES security, BOOL manual_reset, BOOL signalled, LPCSTR name);
HANDLE WINAPI CreateEventW(LPSECURITY_ATTRIBUTES security, BOOL manual_reset, BOOL signalled, LPCWSTR name);
#define CreateEvent WIN32_NAME(CreateEvent)
BOOL WINAPI SetEvent(HANDLE event);
BOOL WINAPI ResetEvent(HANDLE event);

HANDLE WINAPI CreateSemaphoreA(LPSECURITY_ATTRIBUTES security, LONG initial, LONG maximum, LPCSTR name);
HANDLE WINAPI CreateSemaphoreW(LPSECURITY_ATTRIBUTES security, LONG initial, LONG maximum, LPCWSTR name);
#define CreateSemaphore WIN32_NAME(CreateSemaphore)
BOOL WINAPI ReleaseSemaphore(HANDLE semaphore, LONG count, LPLONG previous);

/*
 * Threads. Any thread of the process may call anything here, also one that the program made with pthreads.
 * CREATE_SUSPENDED gives ERROR_NOT_SUPPORTED; a stack size smaller than the system's default is not honoured.
 */

#define CREATE_SUSPENDED 0x4
#define STACK_SIZE_PARAM_IS_A_RESERVATION 0x10000
#define STILL_ACTIVE 0x103

typedef DWORD(WINAPI *PTHREAD_START_ROUTINE)(LPVOID parameter);
typedef PTHREAD_START_ROUTINE LPTHREAD_START_ROUTINE;

HANDLE WINAPI CreateThread(LPSECURITY_ATTRIBUTES security, SIZE_T stack, LPTHREAD_START_ROUTINE start,
                           LPVOID parameter, DWORD flags, LPDWORD id);
VOID WINAPI ExitThread(DWORD code) __attribute__((noreturn));
BOOL WINAPI GetExitCodeThread(HANDLE thread, LPDWORD code);
DWORD WINAPI GetThreadId(HANDLE thread);
DWORD WINAPI GetCurrentThreadId(void);
HANDLE WINAPI GetCurrentThread(void);
VOID WINAPI Sleep(DWORD milliseconds);
DWORD WINAPI SleepEx(DWORD milliseconds, BOOL alertable);
BOOL WINAPI SwitchToThread(void);

/* The process. ExitProcess() passes the low eight bits of the code on, all that the system has room for. */

HANDLE WINAPI GetCurrentProcess(void);
DWORD WINAPI GetCurrentProcessId(void);
VOID WINAPI ExitProcess(UINT code) __attribute__((noreturn));

/* The environment. Names are case-sensitive. */

DWORD WINAPI GetEnvironmentVariableA(LPCSTR name, LPSTR buffer, DWORD size);
DWORD WINAPI GetEnvironmentVariableW(LPCWSTR name, LPWSTR buffer, DWORD size);
#define GetEnvironmentVariable WIN32_NAME(GetEnvironmentVariable)
BOOL WINAPI SetEnvironmentVariableA(LPCSTR name, LPCSTR value);
BOOL WINAPI SetEnvironmentVariableW(LPCWSTR name, LPCWSTR value);
#define SetEnvironmentVariable WIN32_NAME(SetEnvironmentVariable)

/*
 * Console events: SIGINT is CTRL_C_EVENT, SIGTERM is CTRL_SHUTDOWN_EVENT, which comes when the requests under way are
 * answered (docs/operating.md). Handlers run on a thread of their own, the last one added first, until one returns TRUE; the
 * process then goes on, and after CTRL_SHUTDOWN_EVENT for a while (Windows would end it at once).
 * When none does, the signal ends the process. A signal that was ignored when the program started (a shell does that to
 * SIGINT for `program &` in a script) stays ignored.
 */

#define CTRL_C_EVENT 0
#define CTRL_BREAK_EVENT 1
#define CTRL_CLOSE_EVENT 2
#define CTRL_LOGOFF_EVENT 5
#define CTRL_SHUTDOWN_EVENT 6

typedef BOOL(WINAPI *PHANDLER_ROUTINE)(DWORD event);

BOOL WINAPI SetConsoleCtrlHandler(PHANDLER_ROUTINE handler, BOOL add);

/* Locks inside the process. Sizes differ from Windows'; a zeroed SRWLOCK, CONDITION_VARIABLE or INIT_ONCE is ready. */

typedef struct _RTL_CRITICAL_SECTION {
    ULONG_PTR opaque[8];
} CRITICAL_SECTION, *PCRITICAL_SECTION, *LPCRITICAL_SECTION;

typedef struct _RTL_SRWLOCK {
    ULONG_PTR opaque[8];
} SRWLOCK, *PSRWLOCK;

typedef struct _RTL_CONDITION_VARIABLE {
    ULONG_PTR opaque[1];
} CONDITION_VARIABLE, *PCONDITION_VARIABLE;

typedef struct _RTL_RUN_ONCE {
    ULONG_PTR opaque[2];
} INIT_ONCE, *PINIT_ONCE, *LPINIT_ONCE;

#define SRWLOCK_INIT {{0}}
#define CONDITION_VARIABLE_INIT {{0}}
#define INIT_ONCE_STATIC_INIT {{0}}
#define CONDITION_VARIABLE_LOCKMODE_SHARED 0x1

typedef BOOL(WINAPI *PINIT_ONCE_FN)(PINIT_ONCE once, PVOID parameter, PVOID *context);

VOID WINAPI InitializeCriticalSection(LPCRITICAL_SECTION section);
BOOL WINAPI InitializeCriticalSectionAndSpinCount(LPCRITICAL_SECTION section, DWORD spins);
VOID WINAPI DeleteCriticalSection(LPCRITICAL_SECTION section);
VOID WINAPI EnterCriticalSection(LPCRITICAL_SECTION section);
BOOL WINAPI TryEnterCriticalSection(LPCRITICAL_SECTION section);
VOID WINAPI LeaveCriticalSection(LPCRITICAL_SECTION section);

VOID WINAPI InitializeSRWLock(PSRWLOCK lock);
VOID WINAPI AcquireSRWLockExclusive(PSRWLOCK lock);
VOID WINAPI AcquireSRWLockShared(PSRWLOCK lock);
BOOLEAN WINAPI TryAcquireSRWLockExclusive(PSRWLOCK lock);
BOOLEAN WINAPI TryAcquireSRWLockShared(PSRWLOCK lock);
VOID WINAPI ReleaseSRWLockExclusive(PSRWLOCK lock);
VOID WINAPI ReleaseSRWLockShared(PSRWLOCK lock);

VOID WINAPI InitializeConditionVariable(PCONDITION_VARIABLE variable);
BOOL WINAPI SleepConditionVariableCS(PCONDITION_VARIABLE variable, LPCRITICAL_SECTION section, DWORD milliseconds);
BOOL WINAPI SleepConditionVariableSRW(PCONDITION_VARIABLE variable, PSRWLOCK lock, DWORD milliseconds, ULONG flags);
VOID WINAPI WakeConditionVariable(PCONDITION_VARIABLE variable);
VOID WINAPI WakeAllConditionVariable(PCONDITION_VARIABLE variable);

BOOL WINAPI InitOnceExecuteOnce(PINIT_ONCE once, PINIT_ONCE_FN function, PVOID parameter, LPVOID *context);

/* Atomic operations: all are full barriers and return what Windows' do. */

#define WIN32_INTERLOCKED(suffix, type) \
    static inline type InterlockedIncrement##suffix(type volatile *target) \
    { \
        return __atomic_add_fetch(target, 1, __ATOMIC_SEQ_CST); \
    } \
    static inline type InterlockedDecrement##suffix(type volatile *target) \
    { \
        return __atomic_sub_fetch(target, 1, __ATOMIC_SEQ_CST); \
    } \
    static inline type InterlockedExchange##suffix(type volatile *target, type value) \
    { \
        return __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST); \
    } \
    static inline type InterlockedExchangeAdd##suffix(type volatile *target, type value) \
    { \
        return __atomic_fetch_add(target, value, __ATOMIC_SEQ_CST); \
    } \
    static inline type InterlockedAnd##suffix(type volatile *target, type value) \
    { \
        return __atomic_fetch_and(target, value, __ATOMIC_SEQ_CST); \
    } \
    static inline type InterlockedOr##suffix(type volatile *target, type value) \
    { \
        return __atomic_fetch_or(target, value, __ATOMIC_SEQ_CST); \
    } \
    static inline type InterlockedXor##suffix(type volatile *target, type value) \
    { \
        return __atomic_fetch_xor(target, value, __ATOMIC_SEQ_CST); \
    } \
    static inline type InterlockedCompareExchange##suffix(type volatile *target, type value, type expected) \
    { \
        __atomic_compare_exchange_n(target, &expected, value, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); \
        return expected; \
    }
WIN32_INTERLOCKED(, LONG)
WIN32_INTERLOCKED(64, LONG64)
#undef WIN32_INTERLOCKED

static inline PVOID InterlockedExchangePointer(PVOID volatile *target, PVOID value)
{
    return __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST);
}

static inline PVOID InterlockedCompareExchangePointer(PVOID volatile *target, PVOID value, PVOID expected)
{
    __atomic_compare_exchange_n(target, &expected, value, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return expected;
}

#define MemoryBarrier() __atomic_thread_fence(__ATOMIC_SEQ_CST)

/*
 * Completion ports. Request queues can be bound to one; binding a regular file gives ERROR_INVALID_PARAMETER (its I/O is
 * done before the call returns), any other object ERROR_INVALID_HANDLE. Packets come out in the order they went in; of
 * several waiting threads the last to come is woken first. The number of concurrent threads isn't limited.
 * GetQueuedCompletionStatusEx() takes at most 64 packets a call.
 */

#define FILE_SKIP_COMPLETION_PORT_ON_SUCCESS 0x1
#define FILE_SKIP_SET_EVENT_ON_HANDLE 0x2

HANDLE WINAPI CreateIoCompletionPort(HANDLE file, HANDLE port, ULONG_PTR key, DWORD threads);
BOOL WINAPI GetQueuedCompletionStatus(HANDLE port, LPDWORD bytes, PULONG_PTR key, LPOVERLAPPED *overlapped,
                                      DWORD milliseconds);
BOOL WINAPI GetQueuedCompletionStatusEx(HANDLE port, LPOVERLAPPED_ENTRY entries, ULONG count, PULONG removed,
                                        DWORD milliseconds, BOOL alertable);
BOOL WINAPI PostQueuedCompletionStatus(HANDLE port, DWORD bytes, ULONG_PTR key, LPOVERLAPPED overlapped);
BOOL WINAPI SetFileCompletionNotificationModes(HANDLE file, UCHAR flags);

/*
 * Overlapped results. When a wait on the handle itself ends although this operation is still pending (another one on the
 * same handle has ended), the answer is ERROR_IO_INCOMPLETE; Windows calls that a success.
 */

/* Acquires: the bytes and the caller's buffer are those of the completion that it sees. */
#define HasOverlappedIoCompleted(overlapped) \
    ((DWORD)__atomic_load_n(&(overlapped)->Internal, __ATOMIC_ACQUIRE) != 0x103 /* STATUS_PENDING */)

BOOL WINAPI GetOverlappedResult(HANDLE file, LPOVERLAPPED overlapped, LPDWORD bytes, BOOL wait);
BOOL WINAPI GetOverlappedResultEx(HANDLE file, LPOVERLAPPED overlapped, LPDWORD bytes, DWORD milliseconds,
                                  BOOL alertable);
BOOL WINAPI CancelIo(HANDLE file);
BOOL WINAPI CancelIoEx(HANDLE file, LPOVERLAPPED overlapped);

/*
 * The thread pool: one, shared by all. A callback environment other than NULL gives ERROR_NOT_SUPPORTED.
 */

typedef struct _TP_CALLBACK_INSTANCE TP_CALLBACK_INSTANCE, *PTP_CALLBACK_INSTANCE;
typedef struct _TP_CALLBACK_ENVIRON TP_CALLBACK_ENVIRON, *PTP_CALLBACK_ENVIRON;
typedef struct _TP_IO TP_IO, *PTP_IO;
typedef struct _TP_WORK TP_WORK, *PTP_WORK;

typedef VOID(WINAPI *LPOVERLAPPED_COMPLETION_ROUTINE)(DWORD error, DWORD bytes, LPOVERLAPPED overlapped);
typedef VOID(WINAPI *PTP_WIN32_IO_CALLBACK)(PTP_CALLBACK_INSTANCE instance, PVOID context, PVOID overlapped,
                                            ULONG error, ULONG_PTR bytes, PTP_IO io);
typedef VOID(WINAPI *PTP_WORK_CALLBACK)(PTP_CALLBACK_INSTANCE instance, PVOID context, PTP_WORK work);
typedef VOID(WINAPI *PTP_SIMPLE_CALLBACK)(PTP_CALLBACK_INSTANCE instance, PVOID context);

BOOL WINAPI BindIoCompletionCallback(HANDLE file, LPOVERLAPPED_COMPLETION_ROUTINE function, ULONG flags);

PTP_IO WINAPI CreateThreadpoolIo(HANDLE file, PTP_WIN32_IO_CALLBACK callback, PVOID context,
                                 PTP_CALLBACK_ENVIRON environment);
VOID WINAPI StartThreadpoolIo(PTP_IO io);
VOID WINAPI CancelThreadpoolIo(PTP_IO io);
VOID WINAPI WaitForThreadpoolIoCallbacks(PTP_IO io, BOOL cancel_pending);
VOID WINAPI CloseThreadpoolIo(PTP_IO io);

PTP_WORK WINAPI CreateThreadpoolWork(PTP_WORK_CALLBACK callback, PVOID context, PTP_CALLBACK_ENVIRON environment);
VOID WINAPI SubmitThreadpoolWork(PTP_WORK work);
VOID WINAPI WaitForThreadpoolWorkCallbacks(PTP_WORK work, BOOL cancel_pending);
VOID WINAPI CloseThreadpoolWork(PTP_WORK work);
BOOL WINAPI TrySubmitThreadpoolCallback(PTP_SIMPLE_CALLBACK callback, PVOID context,
                                        PTP_CALLBACK_ENVIRON environment);

/*
 * Memory. The process heap is the only one. VirtualAlloc() knows MEM_RESERVE and MEM_COMMIT, pages that can't be
 * accessed, read, or read and written; the rest is ERROR_INVALID_PARAMETER.
 */

#define HEAP_NO_SERIALIZE 0x1
#define HEAP_ZERO_MEMORY 0x8
#define LMEM_FIXED 0x0
#define LMEM_ZEROINIT 0x40
#define LPTR (LMEM_FIXED | LMEM_ZEROINIT)

HANDLE WINAPI GetProcessHeap(void);
LPVOID WINAPI HeapAlloc(HANDLE heap, DWORD flags, SIZE_T size);
LPVOID WINAPI HeapReAlloc(HANDLE heap, DWORD flags, LPVOID memory, SIZE_T size);
BOOL WINAPI HeapFree(HANDLE heap, DWORD flags, LPVOID memory);
SIZE_T WINAPI HeapSize(HANDLE heap, DWORD flags, LPCVOID memory);
HANDLE WINAPI LocalAlloc(UINT flags, SIZE_T size);
HANDLE WINAPI LocalFree(HANDLE memory);

#define MEM_COMMIT 0x1000
#define MEM_RESERVE 0x2000
#define MEM_DECOMMIT 0x4000
#define MEM_RELEASE 0x8000
#define PAGE_NOACCESS 0x1
#define PAGE_READONLY 0x2
#define PAGE_READWRITE 0x4

LPVOID WINAPI VirtualAlloc(LPVOID address, SIZE_T size, DWORD type, DWORD protection);
BOOL WINAPI VirtualFree(LPVOID address, SIZE_T size, DWORD type);
BOOL WINAPI VirtualProtect(LPVOID address, SIZE_T size, DWORD protection, PDWORD previous);

/*
 * Files: regular files and character devices, pipes made by CreatePipe(), standard handles. Paths are the system's; a
 * backslash is a slash. All I/O is done before the call returns, with an OVERLAPPED too (its event is then signalled).
 * Share modes and security aren't enforced, extended attributes and templates refused (ERROR_NOT_SUPPORTED), unknown
 * flags too (ERROR_INVALID_PARAMETER). A directory gives ERROR_ACCESS_DENIED.
 */

#define GENERIC_READ 0x80000000u
#define GENERIC_WRITE 0x40000000u
#define GENERIC_EXECUTE 0x20000000u
#define GENERIC_ALL 0x10000000u
#define DELETE 0x10000
#define READ_CONTROL 0x20000
#define SYNCHRONIZE 0x100000
#define FILE_READ_DATA 0x1
#define FILE_WRITE_DATA 0x2
#define FILE_APPEND_DATA 0x4
#define FILE_READ_ATTRIBUTES 0x80
#define FILE_WRITE_ATTRIBUTES 0x100
#define FILE_SHARE_READ 0x1
#define FILE_SHARE_WRITE 0x2
#define FILE_SHARE_DELETE 0x4
#define CREATE_NEW 1
#define CREATE_ALWAYS 2
#define OPEN_EXISTING 3
#define OPEN_ALWAYS 4
#define TRUNCATE_EXISTING 5
#define FILE_ATTRIBUTE_READONLY 0x1
#define FILE_ATTRIBUTE_HIDDEN 0x2
#define FILE_ATTRIBUTE_ARCHIVE 0x20
#define FILE_ATTRIBUTE_NORMAL 0x80
#define FILE_ATTRIBUTE_TEMPORARY 0x100
#define FILE_FLAG_WRITE_THROUGH 0x80000000u
#define FILE_FLAG_OVERLAPPED 0x40000000u
#define FILE_FLAG_RANDOM_ACCESS 0x10000000u
#define FILE_FLAG_SEQUENTIAL_SCAN 0x08000000u
#define FILE_FLAG_DELETE_ON_CLOSE 0x04000000u
#define FILE_BEGIN 0
#define FILE_CURRENT 1
#define FILE_END 2
#define INVALID_FILE_SIZE 0xffffffffu
#define FILE_TYPE_UNKNOWN 0
#define FILE_TYPE_DISK 1
#define FILE_TYPE_CHAR 2
#define FILE_TYPE_PIPE 3
#define STD_INPUT_HANDLE ((DWORD)-10)
#define STD_OUTPUT_HANDLE ((DWORD)-11)
#define STD_ERROR_HANDLE ((DWORD)-12)

HANDLE WINAPI CreateFileA(LPCSTR name, DWORD access, DWORD share, LPSECURITY_ATTRIBUTES security,
                          DWORD disposition, DWORD flags, HANDLE template_file);
HANDLE WINAPI CreateFileW(LPCWSTR name, DWORD access, DWORD share, LPSECURITY_ATTRIBUTES security,
                          DWORD disposition, DWORD flags, HANDLE template_file);
#define CreateFile WIN32_NAME(CreateFile)
BOOL WINAPI CreatePipe(PHANDLE read, PHANDLE write, LPSECURITY_ATTRIBUTES security, DWORD size);
HANDLE WINAPI GetStdHandle(DWORD which);
BOOL WINAPI ReadFile(HANDLE file, LPVOID buffer, DWORD size, LPDWORD bytes, LPOVERLAPPED overlapped);
BOOL WINAPI WriteFile(HANDLE file, LPCVOID buffer, DWORD size, LPDWORD bytes, LPOVERLAPPED overlapped);
BOOL WINAPI GetFileSizeEx(HANDLE file, PLARGE_INTEGER size);
DWORD WINAPI GetFileSize(HANDLE file, LPDWORD high);
BOOL WINAPI SetFilePointerEx(HANDLE file, LARGE_INTEGER distance, PLARGE_INTEGER position, DWORD from);
DWORD WINAPI GetFileType(HANDLE file);
BOOL WINAPI DeleteFileA(LPCSTR name);
BOOL WINAPI DeleteFileW(LPCWSTR name);
#define DeleteFile WIN32_NAME(DeleteFile)
DWORD WINAPI GetTempPathA(DWORD size, LPSTR buffer);
DWORD WINAPI GetTempPathW(DWORD size, LPWSTR buffer);
#define GetTempPath WIN32_NAME(GetTempPath)
UINT WINAPI GetTempFileNameA(LPCSTR path, LPCSTR prefix, UINT unique, LPSTR name);
UINT WINAPI GetTempFileNameW(LPCWSTR path, LPCWSTR prefix, UINT unique, LPWSTR name);
#define GetTempFileName WIN32_NAME(GetTempFileName)

/*
 * Strings. The "ANSI" and OEM code pages are UTF-8; others give ERROR_INVALID_PARAMETER. lstrcmp compares code units,
 * lstrcmpi also folds A to Z; Windows sorts by the user's language.
 */

#define CP_ACP 0
#define CP_OEMCP 1
#define CP_THREAD_ACP 3
#define CP_UTF8 65001
#define MB_PRECOMPOSED 0x1
#define MB_ERR_INVALID_CHARS 0x8
#define WC_ERR_INVALID_CHARS 0x80
#define WC_NO_BEST_FIT_CHARS 0x400

int WINAPI MultiByteToWideChar(UINT page, DWORD flags, LPCSTR text, int length, LPWSTR buffer, int size);
int WINAPI WideCharToMultiByte(UINT page, DWORD flags, LPCWSTR text, int length, LPSTR buffer, int size,
                               LPCSTR replacement, LPBOOL replaced);
int WINAPI lstrlenA(LPCSTR text);
int WINAPI lstrlenW(LPCWSTR text);
#define lstrlen WIN32_NAME(lstrlen)
int WINAPI lstrcmpA(LPCSTR a, LPCSTR b);
int WINAPI lstrcmpW(LPCWSTR a, LPCWSTR b);
#define lstrcmp WIN32_NAME(lstrcmp)
int WINAPI lstrcmpiA(LPCSTR a, LPCSTR b);
int WINAPI lstrcmpiW(LPCWSTR a, LPCWSTR b);
#define lstrcmpi WIN32_NAME(lstrcmpi)
LPSTR WINAPI lstrcpyA(LPSTR to, LPCSTR from);
LPWSTR WINAPI lstrcpyW(LPWSTR to, LPCWSTR from);
#define lstrcpy WIN32_NAME(lstrcpy)
LPSTR WINAPI lstrcatA(LPSTR to, LPCSTR from);
LPWSTR WINAPI lstrcatW(LPWSTR to, LPCWSTR from);
#define lstrcat WIN32_NAME(lstrcat)

/*
 * Modules: the program itself (which exports nothing), and httpapi.dll, kernel32.dll, kernelbase.dll and ntdll.dll, all
 * in this library: httpapi.dll has the Http functions, the others the rest. Any other name: ERROR_MOD_NOT_FOUND.
 */

typedef INT_PTR(WINAPI *FARPROC)(void);

HMODULE WINAPI GetModuleHandleA(LPCSTR name);
HMODULE WINAPI GetModuleHandleW(LPCWSTR name);
#define GetModuleHandle WIN32_NAME(GetModuleHandle)
HMODULE WINAPI LoadLibraryA(LPCSTR name);
HMODULE WINAPI LoadLibraryW(LPCWSTR name);
#define LoadLibrary WIN32_NAME(LoadLibrary)
BOOL WINAPI FreeLibrary(HMODULE module);
FARPROC WINAPI GetProcAddress(HMODULE module, LPCSTR name);

/* Time. */

DWORD WINAPI GetTickCount(void);
ULONGLONG WINAPI GetTickCount64(void);
BOOL WINAPI QueryPerformanceCounter(PLARGE_INTEGER count);
BOOL WINAPI QueryPerformanceFrequency(PLARGE_INTEGER frequency);
VOID WINAPI GetSystemTimeAsFileTime(LPFILETIME time);
VOID WINAPI GetSystemTimePreciseAsFileTime(LPFILETIME time);
VOID WINAPI GetSystemTime(PSYSTEMTIME time);

#ifdef __cplusplus
}
#endif

#endif
