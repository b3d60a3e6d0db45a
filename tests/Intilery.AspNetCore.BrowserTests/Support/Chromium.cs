using Intilery.AspNetCore.BrowserTests.Site;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Intilery.AspNetCore.BrowserTests.Support.Chromium))]

namespace Intilery.AspNetCore.BrowserTests.Support;

/// <summary>One Chromium and the sites for all tests; each test has a browser profile of its own.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] _known = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private static readonly string[] _arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
        "--disable-sync", "--host-resolver-rules=MAP *.example.test 127.0.0.1",
    ];

    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private SiteApp? _site;
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
            _site = await SiteApp.StartAsync();
            _teams = await TeamsSite.StartAsync();
        }

        if (_noBrowser is null)
        {
            _playwright = await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = executable, Args = _arguments });
        }
    }

    /// <summary>Opens a profile with nothing in it, for the sample application, whose pages are made as the variant says.</summary>
    public Task<Person> OpenAsync(Variant variant, string scheme = "https", string host = "localhost") => OpenAsync(() => _teams!, variant, scheme, host);

    /// <summary>Opens a profile with nothing in it, for the small site.</summary>
    public Task<Person> OpenSmallSiteAsync(Variant variant, string scheme = "https", string host = "localhost") =>
        OpenAsync(() => _site!, variant, scheme, host);

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        foreach (var site in new ISite?[] { _site, _teams }.OfType<ISite>())
        {
            await site.DisposeAsync();
        }
    }

    private async Task<Person> OpenAsync(Func<ISite> site, Variant variant, string scheme, string host)
    {
        Assert.SkipWhen(_missing is not null, _missing ?? string.Empty);
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions { IgnoreHTTPSErrors = true });
        context.SetDefaultTimeout(20_000);
        var visit = Guid.NewGuid().ToString("N");
        await context.AddCookiesAsync(
        [
            .. new[] { "localhost", ".example.test" }.SelectMany(domain => new[]
            {
                new Cookie { Name = Variant.Cookie, Value = variant.ToString(), Domain = domain, Path = "/" },
                new Cookie { Name = Collector.Cookie, Value = visit, Domain = domain, Path = "/" },
            }),
        ]);
        return new Person(context, site(), visit, scheme, host);
    }

    /// <summary>Opens a profile with nothing in it, for an application without a website tag.</summary>
    public async Task<IBrowserContext> OpenAsync()
    {
        Assert.SkipWhen(_noBrowser is not null, _noBrowser ?? string.Empty);
        var context = await _browser!.NewContextAsync();
        context.SetDefaultTimeout(20_000);
        return context;
    }
}
