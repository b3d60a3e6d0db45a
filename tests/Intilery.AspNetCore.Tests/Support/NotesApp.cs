using System.Data.Common;
using Intilery.AspNetCore.Events;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>An application of notes without Identity: one of its contexts holds the outbox, the other, pooled, does not.</summary>
internal sealed class NotesApp : IAsyncDisposable
{
    /// <summary>An event as such an application tells it.</summary>
    public static readonly AccountCreated Created = new() { UserId = "peter", GroupId = "acct_1", AccountName = "Initech" };

    private readonly TestDatabase _database = TestDatabase.Sqlite();
    private readonly CountingInterceptor _counting = new();
    private SharedOutboxApp _app = null!;

    private NotesApp()
    {
    }

    public IServiceProvider Services => _app.Services;

    public LogLines Log => _app.Log;

    /// <summary>Gets how many transactions the contexts have begun.</summary>
    public int Transactions => _counting.Transactions;

    public static async Task<NotesApp> StartAsync()
    {
        var notes = new NotesApp();
        notes._app = await SharedOutboxApp.StartAsync<NotesDb>(
            notes._database,
            services => services.AddDbContextPool<PlainNotesDb>(context => notes._database.Configure(context.AddInterceptors(notes._counting)), poolSize: 1),
            options => options.AddInterceptors(notes._counting));
        return notes;
    }

    /// <summary>Does something with one of the two contexts, within a request.</summary>
    public Task InRequestAsync(bool holdsOutbox, Func<DbContext, Task> work) =>
        holdsOutbox ? _app.RequestAsync<NotesDb>(work) : _app.RequestAsync<PlainNotesDb>(work);

    /// <inheritdoc cref="SharedOutboxApp.RequestAsync(Func{Microsoft.AspNetCore.Http.HttpContext, Task})"/>
    public Task RequestAsync(Func<Microsoft.AspNetCore.Http.HttpContext, Task> work) => _app.RequestAsync(work);

    public Task<IReadOnlyList<string>> EventsAsync() => _app.EventsAsync();

    public Task<long> IntentsAsync() => _app.IntentsAsync();

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _database.Dispose();
    }

    private sealed class CountingInterceptor : DbTransactionInterceptor
    {
        public int Transactions { get; private set; }

        public override ValueTask<InterceptionResult<DbTransaction>> TransactionStartingAsync(
            DbConnection connection, TransactionStartingEventData eventData, InterceptionResult<DbTransaction> result, CancellationToken cancellationToken = default)
        {
            Transactions++;
            return new(result);
        }
    }
}
