using Intilery.AspNetCore.Diagnostics;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Outbox.EntityFramework;

/// <summary>
/// Whether the outbox's tables can be written, as far as this process knows. Code is often rolled out before its migration:
/// nothing of ours is added to the application's saves until the tables have been seen to work.
/// </summary>
internal sealed class OutboxAvailability(IOutboxSessions sessions, LifecycleDiagnostics diagnostics)
{
    private volatile DatabasePlace? _usable;
    private volatile string? _fault;

    public bool IsUsable => _usable is not null;

    /// <summary>Gets what is wrong and what to run, for messages; <see langword="null"/> while nothing is.</summary>
    public string? Fault => _fault;

    /// <summary>Returns the message for a context whose model does not hold the outbox.</summary>
    public static string MissingFromModel(Type context) =>
        $"UseEntityFrameworkOutbox<{context.Name}>() was called, but the model of {context.Name} does not hold the outbox. "
        + $"Add 'modelBuilder.AddIntileryOutbox();' at the end of {context.Name}.OnModelCreating, keep "
        + $"'builder.Services.AddIntilery().UseEntityFrameworkOutbox<{context.Name}>();', and run: {Commands(context)}";

    /// <summary>
    /// Returns whether the tables work, and the context saves into their database: an application may have one for each of its tenants.
    /// </summary>
    public bool IsUsableIn(DbContext context) => _usable is { } place && place.Is(DatabasePlace.Of(context));

    public void Works(DatabasePlace place)
    {
        if (_fault is not null)
        {
            _fault = null;
            diagnostics.Log.OutboxTablesWork(sessions.ContextType.Name);
        }

        _usable = place;
    }

    public void Fails(Exception exception)
    {
        var (context, cure) = (sessions.ContextType, Cure(StoreFaults.Of(exception)));
        _usable = null;
        _fault =
            $"The outbox in the database of {context.Name} cannot be used ({exception.GetBaseException().Message.Trim().TrimEnd('.')}). {cure}";
        if (diagnostics.ShouldLog(nameof(OutboxAvailability), out var unlogged))
        {
            diagnostics.Log.OutboxTablesFail(context.Name, cure, unlogged, exception);
        }
    }

    private string Cure(StoreFault fault) => fault switch
    {
        StoreFault.MissingTables => $"Its tables, or columns of them, are missing. Run: {Commands(sessions.ContextType)}.",
        StoreFault.Unreachable => "The database cannot be reached. Check that it runs, the connection string, and the network.",
        StoreFault.Busy => "Its tables are locked, or all of its connections are in use. Check what uses them, and for how long.",
        StoreFault.Full => "The database is full. Check its disk, and its limits.",
        StoreFault.Denied =>
            "The application may not connect, or may not write. Check its permissions, and whether the database is read-only.",
        _ => "The log has the whole error.",
    };

    private static string Commands(Type context) =>
        $"dotnet ef migrations add AddIntileryOutbox --context {context.Name} && dotnet ef database update --context {context.Name}";
}
