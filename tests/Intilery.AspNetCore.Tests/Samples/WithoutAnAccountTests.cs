extern alias teams;

using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Testing;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Intilery.AspNetCore.Tests.Samples;

/// <summary>The samples as a newcomer runs them, in Development without an account: they show how a trial ends.</summary>
public sealed partial class WithoutAnAccountTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly LogLines _log = new();
    private readonly TemporaryFile _database = new("sample.db");

    [Fact]
    public async Task TeamsApp_shows_the_end_of_a_trial_that_its_page_started()
    {
        await using var factory = new WebApplicationFactory<teams::Program>();
        await using var app = Newcomer(factory, "Teams");
        using var peter = new TestBrowser(app.CreateClient(new() { AllowAutoRedirect = false }));
        await SubmitAsync(
            peter, "/register", ("FirstName", "Peter"), ("LastName", "Gibbons"), ("Email", "pgibbons@example.com"), ("Password", "Pa55word!"));
        await SubmitAsync(peter, "/teams/new", ("Name", "Chotchkies"));
        using var home = await peter.GetAsync("/");
        var team = Team().Match(await home.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Groups[1].Value;

        using var started = await peter.Client.PostAsJsonAsync($"/api/teams/{team}/trial", new { planName = "Business", days = 0, minutes = 1 }, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, started.StatusCode);

        await AssertShownAsync(app, team);
        using var over = await peter.GetAsync("/");
        Assert.Contains("<strong>Business</strong> ended on", await over.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quickstart_shows_the_end_of_a_trial_that_its_code_tells_of()
    {
        await using var factory = new WebApplicationFactory<Program>();
        await using var app = Newcomer(factory, "Default");

        await app.Services.GetRequiredService<ILifecycleTracker>().TrackAsync(
            new TrialStarted { UserId = "u1", GroupId = "acct_1", TrialEndDate = _time.GetUtcNow().AddMinutes(1), TrialPlanName = "Business" },
            TestContext.Current.CancellationToken);

        await AssertShownAsync(app, "acct_1");
    }

    public void Dispose() => _database.Dispose();

    [GeneratedRegex("""action="/teams/([0-9a-f-]+)/invites""")]
    private static partial Regex Team();

    private static async Task SubmitAsync(TestBrowser browser, string path, params (string, string)[] fields)
    {
        using var answer = await browser.SubmitAsync(path, fields);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
    }

    // An observer, to know when it is there; nothing else is set up.
    private WebApplicationFactory<TProgram> Newcomer<TProgram>(WebApplicationFactory<TProgram> factory, string connection)
        where TProgram : class => factory.WithWebHostBuilder(host => host
            .UseSetting("ConnectionStrings:" + connection, $"Data Source={_database.Path};Pooling=False")
            .ConfigureLogging(logging => logging.ClearProviders().AddProvider(_log))
            .ConfigureTestServices(services => services.AddSingleton<TimeProvider>(_time).AddIntilery().AddObserver<IntileryRecorder>()));

    private async Task AssertShownAsync<TProgram>(WebApplicationFactory<TProgram> app, string account)
        where TProgram : class
    {
        _time.Advance(TimeSpan.FromMinutes(1));
        var ended = await app.Services.GetRequiredService<IntileryRecorder>().WaitForAsync("Trial Ended", cancellationToken: TestContext.Current.CancellationToken);

        Assert.Single(_log.Ours, line => line.Id == 2);
        Assert.Equal(
            [$"Captured Trial Started of user {ended.UserId}, account {account}", $"Captured Trial Ended of user {ended.UserId}, account {account}"],
            _log.Ours.Where(line => line.Id == 200 && line.Message.Contains("Trial", StringComparison.Ordinal)).Select(line => line.Message.Split(':')[0]));
        Assert.DoesNotContain(_log.Ours, line => line.Level > LogLevel.Warning || line.Id == 251);
    }
}
