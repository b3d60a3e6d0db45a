namespace Intilery.AspNetCore.Outbox.EntityFramework;

/// <summary>Opens sessions on the application's database, through the context that was chosen for the outbox.</summary>
internal interface IOutboxSessions
{
    /// <summary>Gets the context's type.</summary>
    Type ContextType { get; }

    /// <summary>Checks, without going to the database, that the context can be made and that its model holds the outbox.</summary>
    /// <exception cref="InvalidOperationException">It does not; the message says what to write.</exception>
    void Validate();

    ValueTask<OutboxSession> OpenAsync(CancellationToken cancellationToken);
}
