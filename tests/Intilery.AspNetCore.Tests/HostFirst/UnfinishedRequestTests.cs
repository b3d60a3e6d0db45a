using System.Net;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.HostFirst;

/// <summary>Requests that never get to an ordinary answer: on Kestrel, which shows what TestServer does not.</summary>
public sealed class UnfinishedRequestTests : IDisposable
{
    private readonly ScriptedStore _store = new();

    [Fact]
    public async Task An_endpoint_that_throws_after_creating_a_user_answers_500_and_the_user_has_its_sign_up()
    {
        await using var app = await StartAsync(async context =>
        {
            await CreateUserAsync(context);
            throw new InvalidOperationException("the host's own");
        });
        using var browser = app.OpenBrowser();

        using var answer = await browser.PostAsync("/create");

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal(["identify", "Signed Up"], (await _store.RowsAsync(2)).Select(row => row.EventName));
        Assert.Contains(app.Log.All, line => line.Exception?.Message == "the host's own");
        Assert.DoesNotContain(app.Log.Ours, line => line.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task A_sign_in_whose_request_throws_is_none()
    {
        await using var app = await StartAsync(async context =>
        {
            var user = await CreateUserAsync(context);
            await context.RequestServices.GetRequiredService<SignInManager<IdentityUser>>().SignInAsync(user, isPersistent: false);
            throw new InvalidOperationException("the host's own");
        });
        using var browser = app.OpenBrowser(out var jar);

        using var answer = await browser.PostAsync("/create");

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal(0, jar.Cookies.Count);
        Assert.Equal(["identify", "Signed Up"], (await _store.RowsAsync(2)).Select(row => row.EventName));
    }

    [Fact]
    public async Task A_client_that_goes_away_does_not_take_the_sign_up_with_it()
    {
        var created = new TaskCompletionSource();
        await using var app = await StartAsync(async context =>
        {
            await CreateUserAsync(context);
            created.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
        });
        using var browser = app.OpenBrowser();
        using var leaving = new CancellationTokenSource();

        var answer = browser.Client.PostAsync(new Uri("/create", UriKind.Relative), null, leaving.Token);
        await created.Task;
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        Assert.Equal(["identify", "Signed Up"], (await _store.RowsAsync(2)).Select(row => row.EventName));
        Assert.DoesNotContain(app.Log.Ours, line => line.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task A_user_made_after_the_response_began_has_its_sign_up()
    {
        await using var app = await StartAsync(async context =>
        {
            await context.Response.WriteAsync("working");
            await context.Response.Body.FlushAsync();
            await CreateUserAsync(context);
            await context.Response.WriteAsync("done");
        });
        using var browser = app.OpenBrowser();

        using var answer = await browser.PostAsync("/create");

        Assert.Equal("workingdone", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(["identify", "Signed Up"], (await _store.RowsAsync(2)).Select(row => row.EventName));
    }

    [Fact]
    public async Task An_intent_is_written_while_the_request_still_runs()
    {
        var go = new TaskCompletionSource();
        await using var app = await StartAsync(async context =>
        {
            await CreateUserAsync(context);
            await go.Task;
        });
        using var browser = app.OpenBrowser();

        var answer = browser.PostAsync("/create");
        await _store.AttemptedAsync(1);
        await _store.WrittenAsync(1);
        Assert.NotNull(Assert.Single(Assert.Single(_store.Writes)).Intent);
        Assert.Empty(_store.Rows);

        go.SetResult();
        using (await answer)
        {
            Assert.Equal(["identify", "Signed Up"], _store.Rows.Select(row => row.EventName));
        }
    }

    public void Dispose() => _store.Dispose();

    private static async Task<IdentityUser> CreateUserAsync(HttpContext context)
    {
        var user = new IdentityUser { UserName = "new@example.com", Email = "new@example.com" };
        var created = await context.RequestServices.GetRequiredService<UserManager<IdentityUser>>().CreateAsync(user, "Pa55word!");
        Assert.True(created.Succeeded);
        return user;
    }

    private Task<IdentityApp> StartAsync(RequestDelegate endpoint) => IdentityApp.StartAsync(new IdentityAppSetup
    {
        OnKestrel = true,
        Services = services => services.AddSingleton<IOutboxStore>(_store),
        Endpoints = app => app.MapPost("/create", endpoint).DisableAntiforgery(),
    });
}
