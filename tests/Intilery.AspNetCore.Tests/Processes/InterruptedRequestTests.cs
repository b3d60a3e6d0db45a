using System.Text;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Sqlite;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Processes;

/// <summary>A process that dies between the commit of a user and the end of its request leaves an intent; the next one settles it.</summary>
public sealed class InterruptedRequestTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    private string Folder => _scratch.Combine("outbox");

    private string LeftBehind => _scratch.Combine("left-behind");

    [Fact]
    public async Task The_next_process_settles_it_as_the_same_messages()
    {
        var go = new TaskCompletionSource();
        await using var dying = await StartAsync(Folder, async context =>
        {
            var user = new IdentityUser { UserName = "new@example.com", Email = "new@example.com" };
            await context.RequestServices.GetRequiredService<UserManager<IdentityUser>>().CreateAsync(user, "Pa55word!");
            await go.Task;
        });
        using var browser = dying.OpenBrowser();
        var answer = browser.PostAsync("/create");
        await CommittedAsync(dying);
        CopyAsKilled();

        await using var next = await StartAsync(LeftBehind);
        await RecoveredAsync(next);
        go.SetResult();
        (await answer).Dispose();

        var settled = await next.RecordedAsync();
        Assert.Equal(["identify", "Signed Up"], settled.Select(call => call.Event));
        Assert.Equal((await dying.RecordedAsync()).Select(call => call.Call.ToJsonString()), settled.Select(call => call.Call.ToJsonString()));
        Assert.Equal(0, (await next.Outbox.GetStatusAsync(CancellationToken.None)).Intents);
        await next.StopAsync();
        Assert.Single(next.Log.Ours, line => line.Id == 201);
    }

    [Fact]
    public async Task The_next_process_settles_it_for_the_account_that_it_was_captured_for()
    {
        var go = new TaskCompletionSource();
        await using var dying = await StartAsync(Folder, async context =>
        {
            var user = new IdentityUser { UserName = "new@example.com", Email = "new@example.com" };
            await context.RequestServices.GetRequiredService<UserManager<IdentityUser>>().CreateAsync(user, "Pa55word!");
            await go.Task;
        });
        using var browser = dying.OpenBrowser();
        var answer = browser.PostAsync("/create");
        await CommittedAsync(dying);
        CopyAsKilled();

        await using var next = await IdentityApp.StartAsync(new IdentityAppSetup
        {
            Settings = { ["Intilery:Outbox:Path"] = LeftBehind, ["Intilery:ClientId"] = "other" },
        });
        await RecoveredAsync(next);
        go.SetResult();
        (await answer).Dispose();

        Assert.Empty(await next.RecordedAsync());
        var waiting = Assert.Single((await next.Outbox.GetStatusAsync(CancellationToken.None)).RowsByDestination);
        Assert.Equal(("http://127.0.0.1:9/track/acme/acme/ACME", 2), (waiting.Key, waiting.Value));
    }

    [Fact]
    public async Task What_cannot_be_read_becomes_a_dead_letter_and_holds_up_nobody_else()
    {
        Assert.Null(OutboxFolder.Fault(Folder));
        using (var diagnostics = new TestDiagnostics(TimeProvider.System))
        using (var store = new SqliteOutboxStore(new SqliteOutboxSettings(Folder, SyncEveryCommit: false, 1L << 30), diagnostics.Diagnostics))
        {
            store.Open();
            await store.WriteAsync(OutboxSample.Write(OutboxSample.Intent(1, "theirs") with { Payload = "no JSON"u8.ToArray() }));
        }

        await using var app = await StartAsync(Folder);
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await IdentityApp.SignInAsync(browser);

        Assert.Equal(["identify", "Signed In"], await app.EventsAsync());
        var letter = Assert.Single(await app.Services.GetRequiredService<IOutboxStore>().ReadDeadLettersAsync(0, 10, TestContext.Current.CancellationToken));
        Assert.Equal(("theirs", "no JSON"), (letter.Row.UserId, Encoding.UTF8.GetString(letter.Row.Payload.Span)));
        Assert.Equal(0, (await app.Outbox.GetStatusAsync(TestContext.Current.CancellationToken)).Intents);
    }

    public void Dispose() => _scratch.Dispose();

    // A commit sets the signal, and so does each look of the recovery; nothing else here waits for it: delivery is off.
    private static Task CommittedAsync(IdentityApp app) => UntilAsync(app, status => status.Intents > 0);

    private static Task RecoveredAsync(IdentityApp app) => UntilAsync(app, status => status.Rows > 0);

    private static async Task UntilAsync(IdentityApp app, Func<OutboxStatus, bool> isSo)
    {
        var signal = app.Services.GetRequiredService<OutboxSignal>();
        while (!isSo(await app.Outbox.GetStatusAsync(TestContext.Current.CancellationToken)))
        {
            await signal.WaitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience.Limit);
        }
    }

    private static Task<IdentityApp> StartAsync(string folder, RequestDelegate? endpoint = null) => IdentityApp.StartAsync(new IdentityAppSetup
    {
        Settings = { ["Intilery:Outbox:Path"] = folder },
        Endpoints = app =>
        {
            if (endpoint is not null)
            {
                app.MapPost("/create", endpoint).DisableAntiforgery();
            }
        },
    });

    // What is on the disk at this moment is what a kill would leave.
    private void CopyAsKilled()
    {
        Directory.CreateDirectory(LeftBehind);
        foreach (var file in Directory.EnumerateFiles(Folder).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)))
        {
            File.Copy(file, Path.Combine(LeftBehind, Path.GetFileName(file)));
        }
    }
}
