using System.Net;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Moq;

namespace Intilery.AspNetCore.Tests.Capture.Authentication;

public sealed class CustomServiceTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_authentication_without_any_result_fails_no_request(bool isAsynchronous)
    {
        var inner = new Mock<IAuthenticationService>();
        inner.Setup(service => service.AuthenticateAsync(It.IsAny<HttpContext>(), It.IsAny<string>())).Returns(async () =>
        {
            if (isAsynchronous)
            {
                await Task.Yield();
            }

            return null!;
        });
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup
        {
            Services = services =>
            {
                services.AddSingleton(inner.Object);
                services.AddIntilery();
            },
            Endpoints = routes => routes.MapGet("/", () => "here"),
        });
        using var browser = app.OpenBrowser();

        using var response = await browser.GetAsync("/");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        inner.Verify(service => service.AuthenticateAsync(It.IsAny<HttpContext>(), It.IsAny<string>()), Times.AtLeastOnce);
    }
}
