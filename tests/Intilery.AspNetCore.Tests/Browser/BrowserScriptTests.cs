using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using Intilery.AspNetCore.Browser;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Browser;

public sealed class BrowserScriptTests
{
    private const string Path = "/_intilery/browser.js";

    [Fact]
    public void It_is_under_two_kilobytes_gzipped_and_needs_no_minifier()
    {
        var bytes = new BrowserScriptFile(new IntileryBrowserOptions()).Bytes;
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
        var text = new BrowserScriptFile(new IntileryBrowserOptions { ResetCookie = "</script><script>alert('&')//" }).Text;

        Assert.DoesNotContain("</script>", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<script>", text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Its_versioned_address_is_kept_for_ever_and_its_hash_is_the_page_s()
    {
        await using var app = await IdentityApp.StartAsync();
        using var browser = app.OpenBrowser();
        var element = app.Services.GetRequiredService<IIntileryBrowserScript>().File("n0nce+/=").Value!;
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
    [InlineData("W/{0}")]
    [InlineData("\"other\", {0}")]
    [InlineData("\"other\", W/{0} , \"another\"")]
    [InlineData("*")]
    public async Task A_copy_that_is_still_good_is_not_sent_again_however_it_is_named(string known)
    {
        await using var app = await IdentityApp.StartAsync();
        using var browser = app.OpenBrowser();
        using var response = await browser.GetAsync(Path);
        browser.Client.DefaultRequestHeaders.TryAddWithoutValidation("If-None-Match", known.Replace("{0}", response.Headers.ETag!.Tag, StringComparison.Ordinal));

        using var again = await browser.GetAsync(Path);

        Assert.Equal((HttpStatusCode.NotModified, response.Headers.ETag), (again.StatusCode, again.Headers.ETag));
    }

    [Theory]
    [InlineData("\"other\"")]
    [InlineData("W/\"other\", \"another\"")]
    [InlineData("no tag at all")]
    public async Task A_copy_of_another_version_is_replaced(string known)
    {
        await using var app = await IdentityApp.StartAsync();
        using var browser = app.OpenBrowser();
        browser.Client.DefaultRequestHeaders.TryAddWithoutValidation("If-None-Match", known);

        using var response = await browser.GetAsync(Path);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("http://localhost" + Path)]
    [InlineData("http://localhost/base" + Path + "?v={0}")]
    public async Task It_is_there_for_anybody_whatever_the_application_asks_of_its_own_pages(string form)
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
        var address = form.Replace("{0}", app.Services.GetRequiredService<BrowserScript>().Current!.Version, StringComparison.Ordinal);

        using var response = await browser.GetAsync(address);
        using var other = await browser.GetAsync(address.Replace(Path, Path + "x", StringComparison.Ordinal));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.NotEqual(HttpStatusCode.OK, other.StatusCode);
    }

    [Theory]
    [InlineData("/page", Path)]
    [InlineData("/base/page", "/base" + Path)]
    [InlineData("/branch/page", "/branch" + Path)]
    [InlineData("/base/group/page", "/base" + Path)]
    public async Task The_address_in_a_page_leads_to_it_below_whatever_path_the_page_is(string page, string expected)
    {
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup
        {
            BeforeTheLine = pipeline =>
            {
                pipeline.UsePathBase("/base");
                pipeline.Map("/branch", branch => branch.Run(WritePageAsync));
            },
            Endpoints = routes =>
            {
                routes.MapGet("/page", WritePageAsync);
                routes.MapGroup("/group").MapGet("/page", WritePageAsync);
            },
        });
        using var browser = app.OpenBrowser();
        using var written = await browser.GetAsync(page);
        var address = (await written.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split('"')[1];

        using var versioned = await browser.GetAsync(address);
        using var plain = await browser.GetAsync(address.Split('?')[0]);

        Assert.StartsWith(expected + "?v=", address, StringComparison.Ordinal);
        Assert.Equal("public, max-age=31536000, immutable", versioned.Headers.GetValues("Cache-Control").Single());
        if (!page.StartsWith("/branch", StringComparison.Ordinal))
        {
            Assert.Equal((HttpStatusCode.OK, "no-cache"), (plain.StatusCode, plain.Headers.CacheControl?.ToString()));
        }

        static Task WritePageAsync(HttpContext context) =>
            context.Response.WriteAsync(context.RequestServices.GetRequiredService<IIntileryBrowserScript>().File().Value!);
    }

    [Theory]
    [InlineData("/tenant" + Path)]
    [InlineData("/tenant" + Path + "?v=0123456789abcdef")]
    public async Task Below_another_path_the_same_name_is_the_application_s_own(string address)
    {
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup { Endpoints = routes => routes.MapGet("/tenant/{**rest}", () => "own") });
        using var browser = app.OpenBrowser();

        using var response = await browser.GetAsync(address);

        Assert.Equal("own", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
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
        var elements = app.Services.GetRequiredService<IIntileryBrowserScript>();

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
