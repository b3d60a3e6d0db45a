using Intilery.AspNetCore.BrowserTests.Site;
using Intilery.AspNetCore.BrowserTests.Support;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Playwright;
using Xunit.Sdk;
using Xunit.v3;

// Browsers wait more than they work: for a tag that takes its time, for a poll once a second. Two tests a core keep the cores busy.
[assembly: Parallelization(Mode = ParallelMode.All, MaxThreads = 4)]
[assembly: AssemblyFixture(typeof(Intilery.AspNetCore.BrowserTests.Support.Chromium))]

namespace Intilery.AspNetCore.BrowserTests.Support;

/// <summary>One Chromium and the sample application for all tests; each test has a browser profile of its own.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] _known = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private static readonly string[] _arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
        "--disable-sync", "--host-resolver-rules=MAP *.test 127.0.0.1",
    ];

    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private IBrowser? _keepingBrowser;
    private TeamsSite? _teams;
    private string? _noBrowser;
    private string? _missing;

    /// <summary>Gets the stand-in of the API that the sample application delivers to.</summary>
    public TrackingApi Api => _teams!.Api;

    public async ValueTask InitializeAsync()
    {
        var executable = Environment.GetEnvironmentVariable("INTILERY_TEST_CHROMIUM") ?? Array.Find(_known, File.Exists);
        _noBrowser = executable is null ? "Chromium is not installed; tests/run.sh installs it where it may." : null;
        _missing = _noBrowser ?? (TagFiles.AreBuilt ? null : "The website tags are not built; tests/run.sh builds them where npm is.");
        if (_missing is null)
        {
            _teams = await TeamsSite.StartAsync();
        }

        if (_noBrowser is null)
        {
            _playwright = await Playwright.CreateAsync();
            Assertions.SetDefaultExpectTimeout((float)Patience.Limit.TotalMilliseconds);
            _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
            {
                ExecutablePath = Environment.GetEnvironmentVariable("INTILERY_TEST_HEADLESS_SHELL") ?? executable,
                Args = _arguments,
            });

            // The browser without windows has no back-forward cache.
            _keepingBrowser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
            {
                ExecutablePath = executable,
                Args = _arguments,
                IgnoreDefaultArgs = ["--disable-back-forward-cache"],
            });
        }
    }

    /// <summary>Opens a profile with nothing in it, for the sample application, whose pages are made as the variant says.</summary>
    public Task<Person> OpenAsync(Variant variant, string scheme = "https", string host = "localhost") => OpenAsync(() => _browser!, variant, scheme, host);

    /// <summary>Opens a profile in a browser with a back-forward cache, as people's browsers have one.</summary>
    public Task<Person> OpenKeptPagesAsync(Variant variant) => OpenAsync(() => _keepingBrowser!, variant, "https", "localhost");

    /// <summary>Opens a profile with nothing in it, for an application without a website tag.</summary>
    public async Task<IBrowserContext> OpenAsync()
    {
        Assert.SkipWhen(_noBrowser is not null, _noBrowser ?? string.Empty);
        var context = await _browser!.NewContextAsync();
        context.SetDefaultTimeout((float)Patience.Limit.TotalMilliseconds);
        return context;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var browser in new[] { _browser, _keepingBrowser }.OfType<IBrowser>())
        {
            await browser.DisposeAsync();
        }

        _playwright?.Dispose();
        if (_teams is not null)
        {
            await _teams.DisposeAsync();
        }
    }

    private async Task<Person> OpenAsync(Func<IBrowser> browser, Variant variant, string scheme, string host)
    {
        Assert.SkipWhen(_missing is not null, _missing ?? string.Empty);
        var context = await browser().NewContextAsync(new BrowserNewContextOptions { IgnoreHTTPSErrors = true });
        context.SetDefaultTimeout((float)Patience.Limit.TotalMilliseconds);
        var visit = Guid.NewGuid().ToString("N");
        await context.AddCookiesAsync(
        [
            .. new[] { "localhost", ".example.test" }.SelectMany(domain => new[]
            {
                new Cookie { Name = Variant.Cookie, Value = variant.ToString(), Domain = domain, Path = "/" },
                new Cookie { Name = Collector.Cookie, Value = visit, Domain = domain, Path = "/" },
            }),
        ]);
        return new Person(context, _teams!, visit, scheme, host);
    }
}
