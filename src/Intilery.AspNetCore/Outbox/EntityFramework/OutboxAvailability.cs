using System.Data.Common;
using Intilery.AspNetCore.Diagnostics;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Outbox.EntityFramework;

/// <summary>
/// Whether the outbox's tables can be written, as far as this process knows. Code is often rolled out before its migration:
/// nothing of ours is added to the application's saves until the tables have been seen to work.
/// </summary>
internal sealed class OutboxAvailability(IOutboxSessions sessions, LifecycleDiagnostics diagnostics)
{
    private volatile Place? _usable;
    private volatile string? _fault;

    public bool IsUsable => _usable is not null;

    /// <summary>Gets what is wrong and what to run, for people; <see langword="null"/> while nothing is.</summary>
    public string? Fault => _fault;

    /// <summary>Whether the tables work, and the context is of their database: an application may have one for each of its tenants.</summary>
    public bool IsUsableIn(DbContext context) => _usable is { } place && place == PlaceOf(context.Database.GetDbConnection());

    public void Works(DbConnection connection)
    {
        if (_fault is not null)
        {
            _fault = null;
            diagnostics.Log.OutboxTablesWork(sessions.ContextType.Name);
        }

        _usable = PlaceOf(connection);
    }

    public void Fails(Exception exception)
    {
        _usable = null;
        _fault = OutboxAdvice.Unusable(sessions.ContextType, exception);
        if (diagnostics.ShouldLog(nameof(OutboxAvailability), out var unlogged))
        {
            diagnostics.Log.OutboxTablesFail(sessions.ContextType.Name, OutboxAdvice.Cure(sessions.ContextType, StoreFaults.Of(exception)), unlogged, exception);
        }
    }

    private static Place PlaceOf(DbConnection connection) => new(connection.DataSource, connection.Database);

    private sealed record Place(string DataSource, string Database);
}
