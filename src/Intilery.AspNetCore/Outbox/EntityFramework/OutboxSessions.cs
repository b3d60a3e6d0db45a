using System.Data;
using Intilery.AspNetCore.Outbox.Sql;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Outbox.EntityFramework;

/// <summary>Opens sessions on the application's database, through the context that was chosen for the outbox.</summary>
internal interface IOutboxSessions
{
    /// <summary>Gets the context's type.</summary>
    Type ContextType { get; }

    /// <summary>Checks, without going to the database, that the context can be made and that its model holds the outbox.</summary>
    /// <exception cref="InvalidOperationException">It does not; the message has the line to write.</exception>
    void Validate();

    /// <summary>Opens a session. It must be disposed.</summary>
    ValueTask<OutboxSession> OpenAsync(CancellationToken cancellationToken);
}

/// <summary>A session, and the place of the database that it is open on.</summary>
internal readonly record struct OutboxSession(SqlSession Sql, DatabasePlace Place) : IAsyncDisposable
{
    public SqlOutbox Outbox => new(Sql);

    public ValueTask DisposeAsync() => Sql.DisposeAsync();
}

/// <summary>Opens sessions through a context from a fresh scope: the request's own context is the request's.</summary>
internal sealed class OutboxSessions<TContext>(IServiceScopeFactory scopes, PayloadProtection protection) : IOutboxSessions
    where TContext : DbContext
{
    // Of our own statements, which use a few rows by their keys: what takes longer waits for the lock of another.
    private const int CommandTimeoutSeconds = 10;

    public Type ContextType => typeof(TContext);

    public void Validate()
    {
        using var scope = scopes.CreateScope();
        var context = Make(scope.ServiceProvider, out var owned);
        using (owned)
        {
            Validate(context);
        }
    }

    public async ValueTask<OutboxSession> OpenAsync(CancellationToken cancellationToken)
    {
        var owned = new OwnedContext(scopes.CreateAsyncScope());
        try
        {
            var context = owned.Context;
            var connection = context.Database.GetDbConnection();
            if (connection.State != ConnectionState.Closed)
            {
                throw new InvalidOperationException(
                    $"All instances of {typeof(TContext).Name} share one open connection, which cannot be used by requests and by the outbox "
                    + "at once. Give the provider a connection string instead of a connection.");
            }

            await context.Database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            return new OutboxSession(
                new SqlSession(connection, OutboxSql.Of(context), CommandTimeoutSeconds, protection, owned), DatabasePlace.Of(context));
        }
        catch
        {
            await owned.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static TContext Make(IServiceProvider services, out TContext? owned)
    {
        TContext? context;
        owned = null;
        try
        {
            context = services.GetService<TContext>() ?? (owned = services.GetService<IDbContextFactory<TContext>>()?.CreateDbContext());
            _ = context?.Model;
        }
        catch (Exception exception)
        {
            // Its options may need a request or a tenant.
            owned?.Dispose();
            throw new InvalidOperationException(
                $"UseEntityFrameworkOutbox<{typeof(TContext).Name}>() names a context that cannot be made at the start, outside of requests ({exception.Message}). "
                + "The outbox is read and written in the background: name a context that needs neither a request nor a tenant.",
                exception);
        }

        return context ?? throw new InvalidOperationException(
            $"UseEntityFrameworkOutbox<{typeof(TContext).Name}>() names a context that is not registered. Register it with AddDbContext.");
    }

    private static void Validate(TContext context)
    {
        if (!context.Database.IsRelational())
        {
            throw new InvalidOperationException(
                $"UseEntityFrameworkOutbox<{typeof(TContext).Name}>() needs a relational database; the provider is {context.Database.ProviderName}.");
        }

        if (!OutboxSql.IsIn(context.Model))
        {
            throw new InvalidOperationException(OutboxAvailability.MissingFromModel(typeof(TContext)));
        }
    }

    private sealed class OwnedContext : IAsyncDisposable
    {
        private readonly AsyncServiceScope _scope;
        private readonly TContext? _made;

        public OwnedContext(AsyncServiceScope scope)
        {
            _scope = scope;
            Context = scope.ServiceProvider.GetService<TContext>()
                ?? (_made = scope.ServiceProvider.GetRequiredService<IDbContextFactory<TContext>>().CreateDbContext());
        }

        public TContext Context { get; }

        public async ValueTask DisposeAsync()
        {
            if (_made is not null)
            {
                await _made.DisposeAsync().ConfigureAwait(false);
            }

            await _scope.DisposeAsync().ConfigureAwait(false);
        }
    }
}

/// <summary>
/// Which database a context saves into. An open connection may name it in other words than a closed one, as SQLite does with a relative
/// path: what the application has configured is compared as it stands, else the server and database, a file by its full path.
/// </summary>
internal sealed class DatabasePlace
{
    private readonly string _connectionString;
    private readonly string _server;
    private readonly string _database;
    private readonly bool _isFile;

    private DatabasePlace(string connectionString, string server, string database, bool isFile) =>
        (_connectionString, _server, _database, _isFile) = (connectionString, server, database, isFile);

    public static DatabasePlace Of(DbContext context)
    {
        var connection = context.Database.GetDbConnection();
        return new DatabasePlace(
            context.Database.GetConnectionString() ?? connection.ConnectionString,
            connection.DataSource,
            connection.Database,
            SqlDialect.Of(context.Database.ProviderName).IsLocal);
    }

    /// <summary>Returns whether both are one database.</summary>
    public bool Is(DatabasePlace other) =>
        (_connectionString.Length > 0 && _connectionString == other._connectionString)
        || (_server.Length > 0 && _database == other._database && (_isFile && other._isFile ? PathOf(_server) == PathOf(other._server) : _server == other._server));

    // Through links, as SQLite itself finds it.
    private static string PathOf(string path)
    {
        var full = Path.GetFullPath(path);
        for (var part = full; part is not null; part = Path.GetDirectoryName(part))
        {
            if (new FileInfo(part) is { LinkTarget: not null } link && TargetOf(link) is { } target)
            {
                var rest = Path.GetRelativePath(part, full);
                return PathOf(rest == "." ? target : Path.Join(target, rest));
            }
        }

        return full;
    }

    private static string? TargetOf(FileInfo link)
    {
        try
        {
            return link.ResolveLinkTarget(returnFinalTarget: true)?.FullName;
        }
        catch (IOException)
        {
            // It leads in a circle: no database is there.
            return null;
        }
    }
}
