using System.Security.Claims;
using Intilery.AspNetCore.Capture.Authentication;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Authentication;

/// <summary>The framework's service is made for one call only where nobody could tell it from the one of the request.</summary>
public sealed class StatelessServiceTests
{
    [Fact]
    public void As_the_framework_registers_it_it_is_made_of_the_requests_own_handlers()
    {
        using var services = Build(_ => { }, out var maker);
        using var scope = services.CreateScope();

        var made = Assert.IsAssignableFrom<AuthenticationService>(maker!.For(scope.ServiceProvider));

        Assert.Same(scope.ServiceProvider.GetRequiredService<IAuthenticationHandlerProvider>(), made.Handlers);
        Assert.Same(services.GetRequiredService<IAuthenticationSchemeProvider>(), made.Schemes);
        Assert.NotSame(made, maker.For(scope.ServiceProvider));
    }

    [Theory]
    [InlineData(ServiceLifetime.Singleton)]
    [InlineData(ServiceLifetime.Scoped)]
    [InlineData(ServiceLifetime.Transient)]
    public void Where_the_application_transforms_claims_it_remembers_whose_and_is_the_requests(ServiceLifetime lifetime)
    {
        using var services = Build(all => all.Add(new ServiceDescriptor(typeof(IClaimsTransformation), typeof(Same), lifetime)), out var maker);

        Assert.Null(maker);
    }

    [Fact]
    public void Where_the_applications_schemes_are_each_requests_it_is_the_requests_too()
    {
        using var services = Build(all => all.AddScoped<IAuthenticationSchemeProvider, AuthenticationSchemeProvider>(), out var maker);

        Assert.Null(maker);
    }

    private static ServiceProvider Build(Action<IServiceCollection> configure, out StatelessService? maker)
    {
        var all = new ServiceCollection();
        all.AddLogging().AddMetrics();
        all.AddAuthentication("cookie").AddCookie("cookie");
        configure(all);
        var services = all.BuildServiceProvider(validateScopes: true);
        maker = StatelessService.Of(all.First(service => service.ServiceType == typeof(IAuthenticationService)).ImplementationType!, all, services);
        return services;
    }

    private sealed class Same : IClaimsTransformation
    {
        public Task<ClaimsPrincipal> TransformAsync(ClaimsPrincipal principal) => Task.FromResult(principal);
    }
}
