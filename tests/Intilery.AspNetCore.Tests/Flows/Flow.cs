namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>One row of the matrix: a way in, out or neither, and exactly what comes of it.</summary>
internal sealed record Flow(string Name)
{
    /// <summary>Gets the application that it happens in.</summary>
    public FlowHost Host { get; init; }

    /// <summary>Gets what is so before anything is observed.</summary>
    public Func<Visit, Task> Given { get; init; } = _ => Task.CompletedTask;

    /// <summary>Gets what the person at the browser, and the application's code, do.</summary>
    public required Func<Visit, Task> Steps { get; init; }

    /// <summary>
    /// Gets the raw steps: the framework's own sign-ins and sign-outs, in the order in which they end, and not only those through this
    /// package. <c>in App</c>, <c>out 2FA</c>; App, Ext, 2FA, Rem and Bearer are Identity's schemes, default is a call that names none.
    /// </summary>
    public required IReadOnlyList<string> Calls { get; init; }

    /// <summary>Gets all messages, in order: event, user, account.</summary>
    public required IReadOnlyList<string> Messages { get; init; }

    /// <summary>Gets why anything became no event, all of it, in order: <c>in refresh</c>, <c>out anonymous-sign-out</c>.</summary>
    public required IReadOnlyList<string> Reasons { get; init; }

    /// <summary>Gets a value indicating whether several requests run side by side, so that what they do is in no order.</summary>
    public bool IsSideBySide { get; init; }

    /// <summary>
    /// Gets a value indicating whether the package reads from the application's database before the commit: no interceptor is told what
    /// a rollback to a savepoint took back.
    /// </summary>
    public bool IsVerifiedBeforeCommit { get; init; }

    public override string ToString() => Name;
}
