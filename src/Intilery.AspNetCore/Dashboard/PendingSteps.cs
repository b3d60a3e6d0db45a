using Intilery.AspNetCore.Diagnostics;

namespace Intilery.AspNetCore.Dashboard;

/// <summary>
/// Holds the steps that wait to become part of their rows, and the calls that came with them. It is allocated once: a step that waits here
/// outlives many collections of the youngest generation, and what each of them has to keep is what it costs. Beyond its capacity the oldest
/// are left out.
/// </summary>
internal sealed class PendingSteps
{
    /// <summary>How many steps it holds.</summary>
    public const int Capacity = 8 * LiveFeed.Capacity;

    /// <summary>How many bytes of calls it holds.</summary>
    public const int CallCapacity = 1 << 20;

    private readonly PendingStep[] _steps = new PendingStep[Capacity];
    private readonly byte[] _calls = GC.AllocateUninitializedArray<byte>(CallCapacity);

    // Positions only grow; their places are the remainders. A call lies in one piece.
    private long _first;
    private long _next;
    private long _nextCall;

    /// <summary>Gets how many wait.</summary>
    public int Count => (int)(_next - _first);

    /// <summary>Gets a step, the oldest first.</summary>
    public ref readonly PendingStep this[int index] => ref _steps[(_first + index) % Capacity];

    /// <summary>Returns the call that came with a step.</summary>
    public ReadOnlySpan<byte> CallOf(in PendingStep step) => _calls.AsSpan((int)(step.Call % CallCapacity), step.CallLength);

    /// <summary>Adds a step with a copy of its call, and returns how many are left out for it.</summary>
    public int Add(in PendingStep step, ReadOnlySpan<byte> call)
    {
        if (call.Length > CallCapacity)
        {
            return 1;
        }

        var place = (int)(_nextCall % CallCapacity);
        var start = place + call.Length > CallCapacity ? _nextCall + CallCapacity - place : _nextCall;
        var end = start + call.Length;
        var leftOut = 0;
        while (Count == Capacity || (Count > 0 && end - this[0].Call > CallCapacity))
        {
            _steps[_first++ % Capacity] = default;
            leftOut++;
        }

        call.CopyTo(_calls.AsSpan((int)(start % CallCapacity)));
        _steps[_next++ % Capacity] = step with { Call = start, CallLength = call.Length };
        _nextCall = end;
        return leftOut;
    }

    public void Clear()
    {
        while (_first < _next)
        {
            _steps[_first++ % Capacity] = default;
        }
    }
}

/// <summary>What has happened to a fact: the arguments of one of the calls of <see cref="IActivityWatcher"/>.</summary>
internal readonly record struct PendingStep(PendingStepKind Kind, DateTimeOffset At)
{
    public string? Scope { get; init; }

    public string? Name { get; init; }

    public string? Key { get; init; }

    public string? UserId { get; init; }

    /// <summary>Gets the fact that was captured, or the messages that facts were composed to.</summary>
    public object? Subject { get; init; }

    /// <summary>Gets the reason why a fact was not tracked, or what the API answered.</summary>
    public string? Detail { get; init; }

    public DeliveryStep Delivery { get; init; }

    /// <summary>Gets the method of the request; <see langword="null"/> outside of any.</summary>
    public string? Method { get; init; }

    public string? Place { get; init; }

    public string? Trace { get; init; }

    /// <summary>Gets the position of its call.</summary>
    public long Call { get; init; }

    public int CallLength { get; init; }

    public string? Endpoint => Method is null ? null : $"{Method} {Place}";
}

/// <summary>The calls of <see cref="IActivityWatcher"/>.</summary>
internal enum PendingStepKind
{
    Captured,
    Composed,
    Recorded,
    Answered,
    Suppressed,
}
