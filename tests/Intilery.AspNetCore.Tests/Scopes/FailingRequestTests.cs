using System.Net;
using System.Net.Sockets;
using System.Text;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Memory;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Scopes;

/// <summary>Only Kestrel shows what becomes of a request that fails: TestServer fires neither callback after an exception.</summary>
public sealed class FailingRequestTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_user_that_exists_signed_up_although_the_request_failed(bool handlesExceptions)
    {
        await using var app = await StartAsync(handlesExceptions, async context =>
        {
            await context.Users().CreateAsync(Work.NewUser("peter"));
            throw new InvalidOperationException("after the user was made");
        });
        using var browser = app.OpenBrowser();

        await AssertAnswerAsync(browser, handlesExceptions);

        await app.StopAsync();
        Assert.Equal(["identify peter", "Signed Up peter"], await app.LinesAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_user_that_exists_signed_up_although_the_client_had_gone(bool isCanceledByIt)
    {
        var made = new TaskCompletionSource();
        await using var app = await StartAsync(handlesExceptions: false, async context =>
        {
            await context.Users().CreateAsync(Work.NewUser("peter"));
            made.SetResult();
            var aborted = new TaskCompletionSource();
            await using var registration = context.RequestAborted.Register(aborted.SetResult);
            await aborted.Task;
            if (isCanceledByIt)
            {
                context.RequestAborted.ThrowIfCancellationRequested();
            }
        });

        using var client = new TcpClient();
        using var browser = app.OpenBrowser();
        var address = browser.Client.BaseAddress!;
        await client.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        var request = Encoding.ASCII.GetBytes($"POST /work HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Length: 0\r\n\r\n");
        await client.GetStream().WriteAsync(request, TestContext.Current.CancellationToken);
        await made.Task.WaitAsync(TestContext.Current.CancellationToken);
        client.Client.LingerState = new LingerOption(true, 0);
        client.Close();

        await app.StopAsync();
        Assert.Equal(["identify peter", "Signed Up peter"], await app.LinesAsync());
    }

    [Fact]
    public async Task A_sign_up_is_recorded_before_the_response_that_announces_it_leaves()
    {
        IReadOnlyList<string>? seen = null;
        IdentityApp? running = null;
        await using var app = await StartAsync(handlesExceptions: false, async context =>
        {
            await context.Users().CreateAsync(Work.NewUser("peter"));
            await context.Response.StartAsync();
            seen = await running!.LinesAsync();
        });
        running = app;
        using var browser = app.OpenBrowser();

        await Work.DoAsync(browser);

        Assert.Equal(["identify peter", "Signed Up peter"], seen!);
        Assert.Equal(["identify peter", "Signed Up peter"], await app.LinesAsync());
    }

    [Fact]
    public async Task A_user_made_after_the_response_has_started_signed_up()
    {
        await using var app = await StartAsync(handlesExceptions: false, async context =>
        {
            await context.Response.WriteAsync("streaming");
            await context.Users().CreateAsync(Work.NewUser("peter"));
        });
        using var browser = app.OpenBrowser();

        await Work.DoAsync(browser);

        await app.StopAsync();
        Assert.Equal(["identify peter", "Signed Up peter"], await app.LinesAsync());
    }

    private static Task<IdentityApp> StartAsync(bool handlesExceptions, Func<HttpContext, Task> work) => Work.StartAsync(work, new IdentityAppSetup
    {
        OnKestrel = true,

        // On Kestrel the outbox would be a file of the application's folder.
        Services = services => services.AddSingleton<IOutboxStore>(new MemoryOutboxStore(1000)),
        BeforeTheLine = pipeline =>
        {
            if (handlesExceptions)
            {
                pipeline.UseExceptionHandler(handler => handler.Run(context => context.Response.WriteAsync("sorry")));
            }
        },
    });

    private static async Task AssertAnswerAsync(TestBrowser browser, bool handlesExceptions)
    {
        using var response = await browser.PostAsync("/work");
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal(handlesExceptions ? "sorry" : string.Empty, await response.Content.ReadAsStringAsync());
        Assert.False(response.Headers.Contains("Set-Cookie"));
    }
}
