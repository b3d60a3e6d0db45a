using Intilery.AspNetCore.Tests.Support;
using Intilery.AspNetCore.Tests.Support.Teams;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Code;

/// <summary>What a hub's method begins and leaves behind: a loop, a timer, the rest of a stream. It is nobody's once the method's work has ended.</summary>
public sealed class OutlivingWorkTests : IDisposable
{
    private readonly SqliteConnection _database = new($"Data Source=outliving-{Guid.NewGuid():N};Mode=Memory;Cache=Shared");
    private readonly HubWork _work = new();

    public static TheoryData<HttpTransportType> Transports => [HttpTransportType.WebSockets, HttpTransportType.ServerSentEvents, HttpTransportType.LongPolling];

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task A_queue_whose_loop_a_hubs_method_began_works_for_nobody(HttpTransportType transport)
    {
        await using var app = await StartAsync();
        await using var connection = await ConnectAsync(app, transport);
        await connection.InvokeAsync(nameof(QueueHub.Touch), TestContext.Current.CancellationToken);

        await AssertQueueIsNobodysAsync(app);

        Assert.Empty(await app.RecordedAsync());
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task The_items_of_a_stream_are_the_connections_and_what_one_began_is_nobodys(HttpTransportType transport)
    {
        await using var app = await StartAsync();
        await using var connection = await ConnectAsync(app, transport);

        List<int> items = [];
        await foreach (var item in connection.StreamAsync<int>(nameof(QueueHub.Items), TestContext.Current.CancellationToken))
        {
            items.Add(item);
        }

        await AssertQueueIsNobodysAsync(app);
        Assert.Equal([0, 1, 2], items);
        Assert.Equal(Enumerable.Repeat("Item Read peter@acme {}", 3), await app.RecordedAsync());
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task A_stream_that_is_filled_from_elsewhere_is_the_connections_until_it_ends(HttpTransportType transport)
    {
        await using var app = await StartAsync();
        await using var connection = await ConnectAsync(app, transport);

        var channel = await connection.StreamAsChannelAsync<int>(nameof(QueueHub.Channel), TestContext.Current.CancellationToken);
        _work.Release();
        Assert.Equal([0], await channel.ReadAllAsync(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));
        await channel.Completion;

        await AssertQueueIsNobodysAsync(app);
        Assert.Equal(["Item Read peter@acme {}"], await app.RecordedAsync());
    }

    [Fact]
    public async Task What_a_method_does_not_wait_for_must_name_its_user()
    {
        await using var app = await StartAsync();
        await using var connection = await ConnectAsync(app, HttpTransportType.WebSockets);
        await connection.InvokeAsync(nameof(QueueHub.FireAndForget), TestContext.Current.CancellationToken);

        _work.Release();

        await Assert.ThrowsAsync<ArgumentException>(() => _work.Forgotten);
        Assert.Empty(await app.RecordedAsync());
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task A_connection_that_is_closed_is_forgotten_whatever_it_has_begun(HttpTransportType transport)
    {
        await using var app = await StartAsync();
        for (var i = 0; i < 10; i++)
        {
            await using var connection = await ConnectAsync(app, transport);
            await connection.InvokeAsync(nameof(QueueHub.Begin), TestContext.Current.CancellationToken);
        }

        await Garbage.CollectAsync(() => _work.Alive);
    }

    public void Dispose()
    {
        _work.Dispose();
        _database.Dispose();
    }

    // Another person enqueues, over HTTP; the team that the loop makes is nobody's, least of all that of whoever began the loop.
    private static async Task AssertQueueIsNobodysAsync(EndpointApp app)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/enqueue");
        request.Headers.Add("X-User", "mary");
        app.Client.DefaultRequestHeaders.Remove("X-User");
        using var response = await app.Client.SendAsync(request, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
        Assert.Equal(["outside-scope"], app.Reasons());
    }

    private async Task<EndpointApp> StartAsync()
    {
        await _database.OpenAsync(TestContext.Current.CancellationToken);
        var app = await EndpointApp.StartAsync(
            app =>
            {
                app.MapHub<QueueHub>("/queue");
                app.MapPost("/enqueue", (WorkQueue queue) => queue.EnqueueAsync("Initech"));
            },
            onKestrel: true,
            services: services =>
            {
                services.AddSignalR();
                services.AddSingleton<WorkQueue>();
                services.AddSingleton(_work);
                services.AddDbContext<TeamsDb>(options => options.UseSqlite(_database.ConnectionString));
                services.AddIntilery().MapAccounts<Team>(team => team.Id, team => team.Name);
            });
        await using var scope = app.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<TeamsDb>().Database.EnsureCreatedAsync(TestContext.Current.CancellationToken);
        return app;
    }

    private static async Task<HubConnection> ConnectAsync(EndpointApp app, HttpTransportType transport)
    {
        var connection = new HubConnectionBuilder()
            .WithUrl(new Uri(app.Client.BaseAddress!, "/queue"), transport, options => options.Headers["X-User"] = "peter")
            .Build();
        await connection.StartAsync(TestContext.Current.CancellationToken);
        return connection;
    }
}
