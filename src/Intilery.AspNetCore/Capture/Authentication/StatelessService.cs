using System.Linq.Expressions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Capture.Authentication;

/// <summary>
/// Makes the framework's authentication service for one call. All that it keeps from one call to the next is which principals it has
/// transformed, and where the transformation is the framework's own, which does nothing, that is nothing: then finding it in a scope
/// costs more than making it.
/// </summary>
internal sealed class StatelessService
{
    private readonly Func<IAuthenticationHandlerProvider, IAuthenticationService> _make;

    private StatelessService(Func<IAuthenticationHandlerProvider, IAuthenticationService> make) => _make = make;

    /// <summary>Returns the maker of a type; <see langword="null"/> where it keeps something, or is made of more than singletons and the request's handlers.</summary>
    public static StatelessService? Of(Type type, IServiceCollection registered, IServiceProvider services)
    {
        if (type.GetConstructors() is not [var constructor])
        {
            return null;
        }

        var handlers = Expression.Parameter(typeof(IAuthenticationHandlerProvider));
        var needed = constructor.GetParameters().Select(parameter => parameter.ParameterType).ToList();
        if (!needed.TrueForAll(part => part == handlers.Type || registered.LifetimeOf(part) == ServiceLifetime.Singleton)
            || services.GetService<IClaimsTransformation>() is not NoopClaimsTransformation)
        {
            return null;
        }

        var parts = needed.Select(part => part == handlers.Type ? (Expression)handlers : Expression.Constant(services.GetRequiredService(part), part));
        return new StatelessService(
            Expression.Lambda<Func<IAuthenticationHandlerProvider, IAuthenticationService>>(Expression.New(constructor, parts), handlers).Compile());
    }

    public IAuthenticationService For(IServiceProvider request) => _make(request.GetRequiredService<IAuthenticationHandlerProvider>());
}
