from helpers import greeting, shout


async def setup(bot):
    bot.say = lambda name: shout(greeting(name))
