using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using Intilery.AspNetCore.Tests.Support;
using Intilery.AspNetCore.Website;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Website;

public sealed class BrowserScriptTests
{
    private const string Path = "/_intilery/browser.js";

    [Fact]
    public void It_is_served_as_it_stands_because_it_is_under_two_kilobytes_gzipped()
    {
        var bytes = new BrowserScriptFile(new BrowserOptions()).Bytes;
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        Assert.InRange(packed.Length, 1, 2047);
    }

    [Fact]
    public void What_options_say_stays_text_in_the_page()
    {
        var text = new BrowserScriptFile(new BrowserOptions { ResetCookie = "</script><script>alert('&')//" }).Text;

        Assert.DoesNotContain("</script>", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<script>", text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Its_versioned_address_is_kept_for_ever_and_its_hash_is_the_page_s()
    {
        await using var app = await IdentityApp.StartAsync();
        using var browser = app.OpenBrowser();
        var element = app.Services.GetRequiredService<IIntileryBrowser>().File("n0nce+/=").Value!;
        var (address, integrity) = (element.Split('"')[1], element.Split('"')[3]);

        using var response = await browser.GetAsync(address);

        var bytes = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        var version = Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8));
        Assert.Equal($"<script src=\"{Path}?v={version}\" integrity=\"{integrity}\" nonce=\"n0nce&#x2B;/=\"></script>", element);
        Assert.Equal("sha256-" + Convert.ToBase64String(SHA256.HashData(bytes)), integrity);
        Assert.Equal("text/javascript; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("public, max-age=31536000, immutable", response.Headers.GetValues("Cache-Control").Single());
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Theory]
    [InlineData(Path)]
    [InlineData(Path + "?v=other")]
    public async Task Any_other_address_of_it_is_checked_anew_each_time(string address)
    {
        await using var app = await IdentityApp.StartAsync();
        using var browser = app.OpenBrowser();
        using var response = await browser.GetAsync(address);
        browser.Client.DefaultRequestHeaders.IfNoneMatch.Add(response.Headers.ETag!);

        using var again = await browser.GetAsync(address);
        using var head = await browser.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, address), TestContext.Current.CancellationToken);

        Assert.Equal("no-cache", response.Headers.CacheControl!.ToString());
        Assert.Equal((HttpStatusCode.NotModified, 0), (again.StatusCode, (await again.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Length));
        Assert.Equal(HttpStatusCode.NotModified, head.StatusCode);
    }

    [Theory]
    [InlineData("http://localhost" + Path)]
    [InlineData("http://localhost/base" + Path)]
    public async Task It_is_there_for_anybody_whatever_the_application_asks_of_its_own_pages(string address)
    {
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup
        {
            Services = services => services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build()),
            BeforeTheLine = pipeline =>
            {
                pipeline.UsePathBase("/base");
                pipeline.UseRouting();
                pipeline.UseAuthorization();
            },
        });
        using var browser = app.OpenBrowser();

        using var response = await browser.GetAsync(address);
        using var other = await browser.GetAsync(address + "x");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.NotEqual(HttpStatusCode.OK, other.StatusCode);
    }

    [Theory]
    [InlineData("Intilery:Browser:Enabled")]
    [InlineData("Intilery:Enabled")]
    [InlineData(null)]
    public async Task Switched_off_or_without_the_line_there_is_none(string? off)
    {
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup
        {
            WriteTheLine = off is not null,
            Settings = off is null ? [] : new() { [off] = "false" },
        });
        using var browser = app.OpenBrowser();
        var elements = app.Services.GetRequiredService<IIntileryBrowser>();

        using var response = await browser.GetAsync(Path);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal(string.Empty, elements.Inline("nonce").Value + elements.File().Value);
    }

    [Fact]
    public async Task A_post_to_its_address_is_the_application_s()
    {
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup { Endpoints = routes => routes.MapPost(Path, () => "own") });
        using var browser = app.OpenBrowser();

        using var response = await browser.PostAsync(Path);

        Assert.Equal("own", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Any_other_request_pays_nothing_for_it()
    {
        await using var app = await IdentityApp.StartAsync();
        var script = app.Services.GetRequiredService<BrowserScript>();
        var request = new DefaultHttpContext { Request = { Method = "GET", Path = "/Identity/Account/Login" } }.Request;
        Assert.False(script.IsFor(request));

        // The least of many rounds: a busy machine takes its time away from some, and the runtime optimises during the first.
        var (bytes, nanoseconds) = (long.MaxValue, double.MaxValue);
        for (var round = 0; round < 100; round++)
        {
            var (allocated, began) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
            for (var i = 0; i < 2_000; i++)
            {
                script.IsFor(request);
            }

            nanoseconds = Math.Min(nanoseconds, Stopwatch.GetElapsedTime(began).TotalNanoseconds / 2_000);
            bytes = Math.Min(bytes, GC.GetAllocatedBytesForCurrentThread() - allocated);
        }

        Assert.Equal(0, bytes);
        Assert.InRange(nanoseconds, 0, 100);
    }
}
